//! What to do about what a check of the gate says, in both languages.

use gardefou_scan::CheckId;

use super::checks::Both;

/// What to do first about a finding of a check.
pub(crate) fn advice(id: CheckId) -> Both {
    match id {
        CheckId::Dependency
        | CheckId::OpaqueFile
        | CheckId::WeakenedProbe
        | CheckId::ArtifactSource
        | CheckId::Secret
        | CheckId::HiddenText
        | CheckId::BuildFetch
        | CheckId::InstallHook
        | CheckId::Workflow => contents(id),
        CheckId::AgentPrompt
        | CheckId::AgentRun
        | CheckId::AgentConfig
        | CheckId::DestructiveCommand
        | CheckId::Exfiltration => actions(id),
        _ => people(id),
    }
}

fn actions(id: CheckId) -> Both {
    match id {
        CheckId::AgentPrompt => (
            "read the text as an agent would; take it out, or say in a suppression why it is data",
            "lisez le texte comme le ferait un agent ; retirez-le, ou dites dans une exception pourquoi c'est une donnée",
        ),
        CheckId::AgentRun => (
            "let the agent ask, or run it in a container without secrets and network",
            "laissez l'agent demander, ou exécutez-le dans un conteneur sans secrets ni réseau",
        ),
        CheckId::AgentConfig => (
            "keep such settings out of the repository; everybody who opens it gets them",
            "gardez ces réglages hors du dépôt ; quiconque l'ouvre les reçoit",
        ),
        CheckId::DestructiveCommand => (
            "do not run it; ask its author what it is for, and narrow it to what it needs",
            "ne l'exécutez pas ; demandez à son auteur à quoi elle sert, et limitez-la au nécessaire",
        ),
        _ => (
            "do not run it; if it was run, replace the secrets that it could read",
            "ne l'exécutez pas ; si elle l'a été, remplacez les secrets qu'elle pouvait lire",
        ),
    }
}

fn contents(id: CheckId) -> Both {
    match id {
        CheckId::BuildFetch => (
            "pin what is fetched to a hash and check it, or keep it in the repository",
            "fixez ce qui est téléchargé par une empreinte vérifiée, ou gardez-le dans le dépôt",
        ),
        CheckId::InstallHook => (
            "ask why installing must run this; take it out, or keep it to what the package needs",
            "demandez pourquoi l'installation doit l'exécuter ; retirez-la, ou limitez-la au nécessaire",
        ),
        CheckId::Workflow => (
            "pass strangers' text as variables, pin actions to a hash, and give the fewest rights",
            "passez les textes d'inconnus par des variables, fixez les actions par une empreinte, et donnez le moins de droits",
        ),
        CheckId::Secret => (
            "revoke it now, even if it goes out of the change: who has the history has the secret",
            "révoquez-le maintenant, même s'il sort du changement : qui a l'historique a le secret",
        ),
        CheckId::HiddenText => (
            "look at the bytes; take out characters that nobody needs to read the text",
            "regardez les octets ; retirez les caractères dont personne n'a besoin pour lire le texte",
        ),
        CheckId::Dependency => (
            "look at who publishes it and since when, before it is installed anywhere",
            "regardez qui la publie et depuis quand, avant de l'installer où que ce soit",
        ),
        CheckId::OpaqueFile => (
            "ask how it was made, and let the build make it from reviewed sources",
            "demandez comment il a été fait, et laissez la construction le faire de sources relues",
        ),
        CheckId::WeakenedProbe => (
            "run the test by hand: if it cannot succeed, it switches the protection off",
            "exécutez le test à la main : s'il ne peut réussir, il coupe la protection",
        ),
        _ => (
            "build the artifact again from the source and compare before you publish or install it",
            "reconstruisez l'artefact depuis la source et comparez avant de le publier ou de l'installer",
        ),
    }
}

fn people(id: CheckId) -> Both {
    match id {
        CheckId::CommitProvenance => (
            "ask the person named, by another way, whether the commit is theirs",
            "demandez à la personne nommée, par un autre moyen, si le commit est le sien",
        ),
        CheckId::CommitSignature => (
            "have it signed by an allowed key, or find out who made it",
            "faites-le signer par une clé autorisée, ou cherchez qui l'a fait",
        ),
        CheckId::Review => (
            "have it approved by somebody else: gardefou approve",
            "faites-le approuver par quelqu'un d'autre : gardefou approve",
        ),
        CheckId::BranchProtection => (
            "change the branch's rules where it is hosted",
            "changez les règles de la branche là où elle est hébergée",
        ),
        _ => (
            "have this part approved by who answers for the gate",
            "faites approuver cette partie par qui répond du garde-fou",
        ),
    }
}
