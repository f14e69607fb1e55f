//! What to do about what each check of an audit finds, in a sentence: the one on
//! the check's page, and the same in French.

use crate::catalogue::{Lang, french_typography};

/// By check, in the order of the alphabet.
const ADVICE: &[(&str, &str, &str)] = &[
    (
        "access-key-never-rotated",
        "Rotate it, or better, use a role.",
        "La remplacer, ou mieux, utiliser un rôle.",
    ),
    (
        "access-key-old",
        "Rotate it, or better, use a role.",
        "La remplacer, ou mieux, utiliser un rôle.",
    ),
    (
        "access-key-unused",
        "Deactivate it, then delete it.",
        "La désactiver, puis la supprimer.",
    ),
    (
        "access-keys-two-active",
        "Delete the one that is not needed.",
        "Supprimer celle qui ne sert pas.",
    ),
    (
        "administrator",
        "Keep administrators few, as roles, with MFA.",
        "Garder peu d'administrateurs, sous forme de rôles, avec MFA.",
    ),
    (
        "cloudshell-full-access",
        "Attach a policy that denies `cloudshell:GetFileDownloadUrls` and `GetFileUploadUrls`, or none.",
        "Attacher une politique qui refuse `cloudshell:GetFileDownloadUrls` et `GetFileUploadUrls`, ou aucune.",
    ),
    (
        "console-user-without-mfa",
        "Ask for MFA by policy, or sign people in by Identity Center.",
        "Exiger la MFA par une politique, ou connecter les personnes par Identity Center.",
    ),
    (
        "data-by-detour",
        "Take away the permission by which it acts as the other.",
        "Retirer l'autorisation par laquelle il agit à la place de l'autre.",
    ),
    (
        "long-lived-credentials",
        "Move the workload to a role; delete the user's keys.",
        "Faire passer l'usage à un rôle ; supprimer les clés de l'utilisateur.",
    ),
    (
        "mfa-can-be-phished",
        "Register a security key or passkey.",
        "Enregistrer une clé de sécurité ou une clé d'accès FIDO.",
    ),
    (
        "no-guardrails",
        "Deny leaving the organization, switching off logs, and regions that are not used.",
        "Refuser de quitter l'organisation, de couper les journaux, et les régions inutilisées.",
    ),
    (
        "no-support-role",
        "Attach AWSSupportAccess to a role.",
        "Attacher AWSSupportAccess à un rôle.",
    ),
    (
        "pass-role-on-everything",
        "Name the roles, and the service by `iam:PassedToService`.",
        "Nommer les rôles, et le service par `iam:PassedToService`.",
    ),
    (
        "password-policy-reuse",
        "Remember 24 passwords.",
        "Retenir 24 mots de passe.",
    ),
    (
        "password-policy-short",
        "Set the least length to 14.",
        "Fixer la longueur minimale à 14.",
    ),
    (
        "password-unused",
        "Remove the console password.",
        "Retirer le mot de passe de console.",
    ),
    (
        "permissions-unused",
        "`gardefou iam least-privilege` makes a policy of what was used.",
        "`gardefou iam least-privilege` fait une politique de ce qui a servi.",
    ),
    (
        "policy-allows-all-but",
        "Say what is allowed.",
        "Dire ce qui est autorisé.",
    ),
    (
        "policy-allows-everything",
        "Attach AdministratorAccess where it is meant, so that it is seen; else narrow it.",
        "Attacher AdministratorAccess là où c'est voulu, pour que cela se voie ; sinon la restreindre.",
    ),
    (
        "policy-allows-whole-service",
        "Name the actions, or the resources.",
        "Nommer les actions, ou les ressources.",
    ),
    (
        "policy-disables-guardrails",
        "Take it away; deny it by service control policy.",
        "La retirer ; l'interdire par une politique de contrôle des services.",
    ),
    (
        "policy-on-user",
        "Give them by groups, or by roles.",
        "Les donner par des groupes, ou par des rôles.",
    ),
    (
        "policy-reads-all-data",
        "Name the buckets, secrets and tables.",
        "Nommer les compartiments, les secrets et les tables.",
    ),
    (
        "policy-spends-without-bounds",
        "Bound it by condition: instance type, region, sender.",
        "La borner par une condition : type d'instance, région, expéditeur.",
    ),
    (
        "privilege-escalation",
        "Take away one of the permissions of the path, or narrow its resource.",
        "Retirer une des autorisations du chemin, ou restreindre sa ressource.",
    ),
    ("role-unused", "Remove it.", "Le retirer."),
    (
        "root-access-key",
        "Delete the key; use roles.",
        "Supprimer la clé ; utiliser des rôles.",
    ),
    (
        "root-mfa-not-hardware",
        "Add a security key or a hardware token.",
        "Ajouter une clé de sécurité ou un jeton matériel.",
    ),
    (
        "root-used",
        "Find out who, and make a role for it.",
        "Trouver qui, et faire un rôle pour cela.",
    ),
    (
        "root-without-mfa",
        "Add a security key, or take the root credentials of member accounts away in Organizations.",
        "Ajouter une clé de sécurité, ou retirer dans Organizations les identifiants racine des comptes membres.",
    ),
    ("signing-certificate", "Delete it.", "Le supprimer."),
    (
        "suppression-expired",
        "Settle it, or accept it anew with a later day.",
        "Régler la question, ou l'accepter à nouveau jusqu'à une date ultérieure.",
    ),
    ("suppression-stale", "Delete it.", "La supprimer."),
    (
        "trust-confused-deputy",
        "Require `aws:SourceAccount` or `aws:SourceArn`.",
        "Exiger `aws:SourceAccount` ou `aws:SourceArn`.",
    ),
    (
        "trust-everyone",
        "Name who may, or the organization by `aws:PrincipalOrgID`.",
        "Nommer qui le peut, ou l'organisation par `aws:PrincipalOrgID`.",
    ),
    (
        "trust-oidc-without-subject",
        "Require the repository and branch in `sub`; the identity pool's id in `aud`.",
        "Exiger le dépôt et la branche dans `sub` ; le numéro du groupe d'identités dans `aud`.",
    ),
    (
        "trust-vendor-without-external-id",
        "Ask the vendor for an external id and require it.",
        "Demander au fournisseur un identifiant externe, et l'exiger.",
    ),
    (
        "trust-whole-account",
        "Name the role that comes.",
        "Nommer le rôle qui vient.",
    ),
];

/// What to do about a check's findings.
pub(super) fn advice(check: &str, lang: Lang) -> Option<String> {
    let at = ADVICE.binary_search_by(|(id, ..)| (*id).cmp(check)).ok()?;
    let (_, english, french) = ADVICE.get(at)?;
    Some(match lang {
        Lang::En => (*english).to_owned(),
        Lang::Fr => french_typography(french),
    })
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "a test reads the pages")]
mod tests {
    use std::collections::BTreeMap;
    use std::fs;
    use std::path::Path;

    use super::*;

    /// What each page says under *What to do*.
    fn pages() -> BTreeMap<String, String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/checks");
        let mut pages = BTreeMap::new();
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            if path.is_file() && name != "README" {
                let text = fs::read_to_string(&path).unwrap();
                let (_, said) = text.split_once("**What to do:** ").unwrap();
                let said = said.split("\n\n").next().unwrap().replace('\n', " ");
                pages.insert(name, said);
            }
        }
        pages
    }

    #[test]
    fn every_check_has_the_advice_of_its_page() {
        let told = ADVICE
            .iter()
            .map(|(id, english, _)| ((*id).to_owned(), (*english).to_owned()));
        let (told, pages): (BTreeMap<_, _>, _) = (told.collect(), pages());
        for (id, said) in &pages {
            assert_eq!(told.get(id), Some(said), "{id}");
        }
        assert!(ADVICE.is_sorted_by_key(|(id, ..)| id));
    }
}
