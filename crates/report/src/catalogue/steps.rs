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
    DenySsoUser {
        "Deny everything to Identity Center user {target}" | "Tout refuser à l'utilisateur Identity Center {target}",
        "Deny everything to {n} users of Identity Center" | "Tout refuser à {n} utilisateurs Identity Center",
        "Stops the sessions issued before now. Run it in the account that manages Identity Center, with the ARNs of its instance and permission set for the words in capitals. The new inline policy replaces the one that the first line shows: keep its statements." | "Arrête les sessions émises avant maintenant. À lancer dans le compte qui gère Identity Center, avec les ARN de son instance et du jeu d'autorisations à la place des mots en capitales. La nouvelle politique en ligne remplace celle que montre la première ligne : en garder les instructions."
    }
    RemoveSsoAccess {
        "Take away the assignments of Identity Center user {target}" | "Retirer les affectations de l'utilisateur Identity Center {target}",
        "Take away the assignments of {n} users of Identity Center" | "Retirer les affectations de {n} utilisateurs Identity Center",
        "Stops new sessions. Take the user out of groups with assignments too, then disable the user and end the open sessions in the console of Identity Center or in the identity provider." | "Arrête les nouvelles sessions. Retirer aussi l'utilisateur des groupes affectés, puis le désactiver et clore ses sessions dans la console d'Identity Center ou chez le fournisseur d'identité."
    }
    RemoveLogin {
        "Remove the console password of {target}" | "Retirer le mot de passe de console de {target}",
        "Remove {n} console passwords" | "Retirer {n} mots de passe de console",
        "Stops new console sign-ins." | "Arrête les nouvelles connexions à la console."
    }
    RemoveMfaDevice {
        "Deactivate MFA device {target}" | "Désactiver le dispositif MFA {target}",
        "Deactivate {n} MFA devices" | "Désactiver {n} dispositifs MFA",
        "Stops the intruder's device from passing for the user's." | "Empêche le dispositif de l'intrus de passer pour celui de l'utilisateur."
    }
    RemoveProvider {
        "Remove identity provider {target}, made by the incident" | "Supprimer le fournisseur d'identité {target}, créé par l'incident",
        "Remove {n} identity providers made by the incident" | "Supprimer {n} fournisseurs d'identité créés par l'incident",
        "Stops new sessions for identities that it vouches for." | "Arrête les nouvelles sessions des identités dont il se porte garant."
    }
    RestoreTrust {
        "Restore the trust policy of role {target}" | "Rétablir la politique de confiance du rôle {target}",
        "Restore the trust policies of {n} roles" | "Rétablir les politiques de confiance de {n} rôles",
        "Stops others from assuming the role through the changed trust." | "Empêche d'endosser le rôle grâce à la confiance modifiée."
    }
    KeepEvidence {
        "Take snapshots of the volumes of instance {target}" | "Prendre des instantanés des volumes de l'instance {target}",
        "Take snapshots of the volumes of {n} instances" | "Prendre des instantanés des volumes de {n} instances",
        "Keeps what is on them; the undo does not delete the snapshots, which cost what is stored." | "Conserve ce qu'ils contiennent ; l'annulation ne supprime pas ces instantanés, dont le stockage est payant."
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
    StopNotebook {
        "Stop notebook instance {target}" | "Arrêter l'instance de bloc-notes {target}",
        "Stop {n} notebook instances" | "Arrêter {n} instances de bloc-notes",
        "Stops what runs on it, and its cost." | "Arrête ce qui y tourne, et son coût."
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
        "Remove function permission {target}, given to outsiders" | "Retirer l'autorisation de fonction {target}, donnée à des tiers",
        "Remove {n} function permissions given to outsiders" | "Retirer {n} autorisations de fonction données à des tiers",
        "Stops calls from other accounts and the public." | "Arrête les appels d'autres comptes et du public."
    }
    RemoveServicePermission {
        "Remove function permission {target}, given to an AWS service" | "Retirer l'autorisation de fonction {target}, donnée à un service AWS",
        "Remove {n} function permissions given to AWS services" | "Retirer {n} autorisations de fonction données à des services AWS",
        "Stops API Gateway, EventBridge and other services from calling the function." | "Empêche API Gateway, EventBridge et d'autres services d'appeler la fonction."
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
    RecreateTrail {
        "Make trail {target} again" | "Recréer le journal de suivi {target}",
        "Make {n} trails again" | "Recréer {n} journaux de suivi",
        "Ends the blindness. The log does not show what the trail's settings were: put its bucket for BUCKET." | "Met fin à l'angle mort. Le journal ne montre pas les réglages d'origine : mettre son compartiment à la place de BUCKET."
    }
    KeepObjects {
        "Keep the objects of bucket {target}" | "Garder les objets du compartiment {target}",
        "Keep the objects of {n} buckets" | "Garder les objets de {n} compartiments",
        "Stops the expiry before it deletes, and keeps what is overwritten from now on." | "Arrête l'expiration avant qu'elle ne supprime, et garde ce qui sera écrasé désormais."
    }
    CancelDeletion {
        "Cancel the deletion of {target}" | "Annuler la suppression de {target}",
        "Cancel the deletion of {n} keys and secrets" | "Annuler la suppression de {n} clés et secrets",
        "Stops the loss of all that only these can open." | "Empêche de perdre tout ce qu'eux seuls ouvrent."
    }
    EnableKey {
        "Enable KMS key {target}" | "Activer la clé KMS {target}",
        "Enable {n} KMS keys" | "Activer {n} clés KMS",
        "Makes what the key encrypts readable again." | "Rend de nouveau lisible ce que la clé chiffre."
    }
    RemoveModelAccess {
        "End the access to model {target}" | "Mettre fin à l'accès au modèle {target}",
        "End the access to {n} models" | "Mettre fin à l'accès à {n} modèles",
        "Stops new calls of the model, for everybody in the account." | "Arrête les nouveaux appels du modèle, pour tout le compte."
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
    ReviewCredentials {
        "Look at the credential report" | "Examiner le rapport d'identifiants",
        "Look at the credential reports" | "Examiner les rapports d'identifiants",
        "Stops nothing by itself: shows keys and passwords that the log does not." | "N'arrête rien en soi : montre des clés et mots de passe absents du journal."
    }
    ReviewLeftOut {
        "Look at {n} resource that did not fit into the report" | "Examiner {n} ressource qui n'a pas tenu dans le rapport",
        "Look at {n} resources that did not fit into the report" | "Examiner {n} ressources qui n'ont pas tenu dans le rapport",
        "Stops nothing by itself: no step was made for them." | "N'arrête rien en soi : aucune action n'a été préparée pour elles."
    }
    MoreSteps {
        "{n} more step did not fit into the report" | "{n} autre action n'a pas tenu dans le rapport",
        "{n} more steps did not fit into the report" | "{n} autres actions n'ont pas tenu dans le rapport",
        "Stops nothing by itself: take the steps above, then look again." | "N'arrête rien en soi : faire ce qui précède, puis relancer l'examen."
    }
}
