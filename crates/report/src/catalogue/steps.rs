//! What each next step does and what it stops.

use gardefou_finding::StepKind;

use super::counted::Forms;
use super::{Pair, pair};

/// How a step is told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StepText {
    /// For one target (`{target}`) and for several (`{n}`, or the first and
    /// `{rest}`).
    pub(crate) title: Forms,
    /// What it stops, as a full sentence.
    pub(crate) stops: Pair,
}

// A row: the title for one, the title for several, what it stops.
macro_rules! steps {
    ($($kind:ident {
        $en1:literal | $fr1:literal, $en2:literal | $fr2:literal, $stops_en:literal | $stops_fr:literal
    })+) => {
        /// The text of a step.
        pub(crate) fn step_text(kind: StepKind) -> StepText {
            match kind {
                $(StepKind::$kind => StepText {
                    title: Forms { one: pair($en1, $fr1), many: pair($en2, $fr2) },
                    stops: pair($stops_en, $stops_fr),
                }),+
            }
        }

        /// Every kind of step, for the tests of the catalogue.
        #[cfg(test)]
        pub(crate) const ALL_STEPS: &[StepKind] = &[$(StepKind::$kind),+];
    };
}

steps! {
    DisableKey {
        "Deactivate access key {target}" | "Désactiver la clé d'accès {target}",
        "Deactivate {n} access keys" | "Désactiver {n} clés d'accès",
        "Stops every new call signed with the key; sessions already taken with it go on." | "Arrête tout nouvel appel signé avec la clé ; les sessions déjà ouvertes avec elle continuent."
    }
    RevokeSessions {
        "Revoke the sessions of {target}" | "Révoquer les sessions de {target}",
        "Revoke the sessions of {n} roles" | "Révoquer les sessions de {n} rôles",
        "Stops every session issued before now; new ones stay possible." | "Arrête toute session émise avant maintenant ; de nouvelles restent possibles."
    }
    DenyUser {
        "Deny everything to user {target}" | "Tout refuser à l'utilisateur {target}",
        "Deny everything to {n} users" | "Tout refuser à {n} utilisateurs",
        "Stops the tokens that outlive the key." | "Arrête les jetons qui survivent à la clé."
    }
    RemoveLogin {
        "Remove the console password of {target}" | "Retirer le mot de passe de console de {target}",
        "Remove {n} console passwords" | "Retirer {n} mots de passe de console",
        "Stops new console sign-ins." | "Arrête les nouvelles connexions à la console."
    }
    RestoreTrust {
        "Restore the trust policy of role {target}" | "Rétablir la politique de confiance du rôle {target}",
        "Restore the trust policies of {n} roles" | "Rétablir les politiques de confiance de {n} rôles",
        "Stops others from assuming the role through the changed trust." | "Empêche d'endosser le rôle grâce à la confiance modifiée."
    }
    StopGroup {
        "Scale instance group {target} to zero" | "Ramener à zéro le groupe d'instances {target}",
        "Scale {n} instance groups to zero" | "Ramener à zéro {n} groupes d'instances",
        "Stops the group from launching again what is terminated next." | "Empêche le groupe de relancer ce qui sera résilié ensuite."
    }
    StopService {
        "Scale ECS service {target} to zero and delete it" | "Ramener à zéro puis supprimer le service ECS {target}",
        "Scale {n} ECS services to zero and delete them" | "Ramener à zéro puis supprimer {n} services ECS",
        "Stops its tasks from starting again." | "Empêche ses tâches de redémarrer."
    }
    StopTask {
        "Stop ECS task {target}" | "Arrêter la tâche ECS {target}",
        "Stop {n} ECS tasks" | "Arrêter {n} tâches ECS",
        "Stops what runs and its cost." | "Arrête ce qui tourne et son coût."
    }
    DeleteCluster {
        "Delete cluster {target}" | "Supprimer le cluster {target}",
        "Delete {n} clusters" | "Supprimer {n} clusters",
        "Removes the place where tasks could start again." | "Supprime l'endroit où des tâches pourraient redémarrer."
    }
    DeregisterTaskDefinition {
        "Deregister task definition {target}" | "Désenregistrer la définition de tâche {target}",
        "Deregister {n} task definitions" | "Désenregistrer {n} définitions de tâche",
        "Stops new tasks from this image." | "Empêche de nouvelles tâches avec cette image."
    }
    ClearProtection {
        "Clear the termination protection of {target}" | "Lever la protection contre la résiliation de {target}",
        "Clear the termination protection of {n} instances" | "Lever la protection contre la résiliation de {n} instances",
        "Stops nothing by itself: without it the next step is refused." | "N'arrête rien en soi : sans cela, l'action suivante est refusée."
    }
    TerminateInstance {
        "Terminate instance {target}" | "Résilier l'instance {target}",
        "Terminate {n} instances" | "Résilier {n} instances",
        "Stops what runs and its cost. Take a snapshot first if you need the evidence." | "Arrête ce qui tourne et son coût. Prendre d'abord un instantané s'il faut garder des preuves."
    }
    CancelSpot {
        "Cancel spot request {target}" | "Annuler la demande spot {target}",
        "Cancel {n} spot requests" | "Annuler {n} demandes spot",
        "Stops new spot instances." | "Arrête les nouvelles instances spot."
    }
    DeleteLaunchTemplate {
        "Delete launch template {target}" | "Supprimer le modèle de lancement {target}",
        "Delete {n} launch templates" | "Supprimer {n} modèles de lancement",
        "Removes the recipe for new instances." | "Supprime la recette de nouvelles instances."
    }
    RemoveFunctionUrl {
        "Delete the public URL of function {target}" | "Supprimer l'URL publique de la fonction {target}",
        "Delete {n} function URLs" | "Supprimer {n} URL de fonction",
        "Stops anyone on the internet from calling it." | "Empêche quiconque de l'appeler depuis Internet."
    }
    RemoveFunctionPermission {
        "Remove the public permission of function {target}" | "Retirer l'autorisation publique de la fonction {target}",
        "Remove {n} public function permissions" | "Retirer {n} autorisations publiques de fonction",
        "Stops calls from other accounts and the public." | "Arrête les appels d'autres comptes et du public."
    }
    DisableFunction {
        "Switch function {target} off (no concurrency)" | "Mettre la fonction {target} hors service (concurrence à zéro)",
        "Switch {n} functions off (no concurrency)" | "Mettre {n} fonctions hors service (concurrence à zéro)",
        "Stops it from running, and keeps its code as evidence." | "L'empêche de tourner, en gardant son code comme preuve."
    }
    RemoveUser {
        "Remove user {target}, made by the incident" | "Supprimer l'utilisateur {target}, créé par l'incident",
        "Remove {n} users made by the incident" | "Supprimer {n} utilisateurs créés par l'incident",
        "Closes the way back in." | "Ferme la porte de retour."
    }
    RemoveRole {
        "Remove role {target}, made by the incident" | "Supprimer le rôle {target}, créé par l'incident",
        "Remove {n} roles made by the incident" | "Supprimer {n} rôles créés par l'incident",
        "Closes the way back in and takes the rights from what runs under it." | "Ferme la porte de retour et retire ses droits à ce qui tourne sous ce rôle."
    }
    DetachPolicy {
        "Detach {target}, attached by the incident" | "Détacher {target}, attachée par l'incident",
        "Detach {n} policies attached by the incident" | "Détacher {n} politiques attachées par l'incident",
        "Takes back the rights that were gained." | "Reprend les droits obtenus."
    }
    StopMail {
        "Stop mail from {target}" | "Arrêter les courriels de {target}",
        "Stop mail from {n} identities" | "Arrêter les courriels de {n} identités",
        "Stops phishing in your name." | "Arrête l'hameçonnage en votre nom."
    }
    RestoreControl {
        "Switch {target} on again" | "Remettre {target} en service",
        "Switch {n} security controls on again" | "Remettre {n} contrôles de sécurité en service",
        "Ends the blindness: what happens next is recorded again." | "Met fin à l'angle mort : la suite est de nouveau enregistrée."
    }
    Unshare {
        "Take back the sharing of {target}" | "Retirer le partage de {target}",
        "Take back the sharing of {n} resources" | "Retirer le partage de {n} ressources",
        "Stops others from copying it; copies already made remain." | "Empêche d'autres copies ; celles déjà faites demeurent."
    }
    DisableSchedule {
        "Disable schedule {target}" | "Désactiver la planification {target}",
        "Disable {n} schedules" | "Désactiver {n} planifications",
        "Stops what would start again by itself." | "Arrête ce qui redémarrerait tout seul."
    }
    RotateSecret {
        "Rotate secret {target}" | "Renouveler le secret {target}",
        "Rotate {n} secrets" | "Renouveler {n} secrets",
        "Makes what was read useless." | "Rend inutile ce qui a été lu."
    }
    Review {
        "Look at {target}" | "Vérifier {target}",
        "Look at {target} and {rest} more" | "Vérifier {target} et {rest} de plus",
        "Stops nothing by itself: the log cannot tell whether it is needed." | "N'arrête rien en soi : le journal ne dit pas si c'est nécessaire."
    }
}
