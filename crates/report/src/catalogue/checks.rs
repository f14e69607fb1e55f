//! What the checks say, in both languages.

use gardefou_scan::text::Via;
use gardefou_scan::{Reason, Unread, Verdict};

use super::Lang;

/// Text in both languages.
pub(crate) type Both = (&'static str, &'static str);

/// The one of both that is asked for.
pub(crate) fn of(lang: Lang, both: Both) -> &'static str {
    match lang {
        Lang::En => both.0,
        Lang::Fr => both.1,
    }
}

/// The sentence of a reason.
pub(crate) fn reason(reason: Reason) -> Both {
    match reason {
        Reason::PromptDestruction
        | Reason::PromptExfiltration
        | Reason::PromptBackdoor
        | Reason::PromptExecution
        | Reason::PromptOverride
        | Reason::PromptHiding
        | Reason::AgentBypass
        | Reason::AgentBypassUntrusted
        | Reason::ConfigBypass
        | Reason::ConfigHook
        | Reason::ConfigHookRemote
        | Reason::ConfigServer => agents(reason),
        Reason::WorkflowInjection
        | Reason::WorkflowPwnRequest
        | Reason::WorkflowMutableAction
        | Reason::WorkflowBot
        | Reason::WorkflowPermissions
        | Reason::WorkflowSelfHosted
        | Reason::WorkflowAi
        | Reason::WorkflowSecretsLeave => workflows(reason),
        Reason::HiddenBidi
        | Reason::HiddenTags
        | Reason::HiddenZeroWidth
        | Reason::HiddenHomoglyph
        | Reason::HiddenOffscreen
        | Reason::SecretToken
        | Reason::SecretUsed
        | Reason::SecretPrivateKey => texts(reason),
        Reason::CommitterNew
        | Reason::CommitOutsideQueue
        | Reason::SignatureMissing
        | Reason::SignatureBad
        | Reason::SignatureUnknownSigner
        | Reason::ReviewMissing
        | Reason::ReviewInvalid
        | Reason::ReviewOwn
        | Reason::SuppressionStale
        | Reason::SuppressionExpired
        | Reason::GateChanged => trust(reason),
        Reason::BranchUnreviewed
        | Reason::BranchStaleReviews
        | Reason::BranchLastPush
        | Reason::BranchOwners
        | Reason::BranchBypass
        | Reason::BranchAdmins
        | Reason::BranchForcePush
        | Reason::BranchDeletion
        | Reason::BranchUnchecked
        | Reason::BranchUnsigned => branches(reason),
        Reason::DependencyNew
        | Reason::DependencyElsewhere
        | Reason::DependencyTyposquat
        | Reason::DependencyUnused
        | Reason::DependencyDisagrees
        | Reason::DependencyMalicious
        | Reason::DependencyVulnerable
        | Reason::DependencyNotice
        | Reason::DependencyUncomparable
        | Reason::DependencyYoung => packages(reason),
        Reason::DependencySourceChanged
        | Reason::DependencyMismatch
        | Reason::DependencyConfusion
        | Reason::DependencyIntegrityChanged
        | Reason::DependencyIntegrityMissing
        | Reason::ActionOwner => sources(reason),
        _ => code(reason),
    }
}

fn trust(reason: Reason) -> Both {
    match reason {
        Reason::CommitterNew => (
            "the committer was never seen on the release line",
            "le committeur n'a jamais été vu sur la branche de publication",
        ),
        Reason::CommitOutsideQueue => (
            "not through the merge queue, as all others are",
            "sans passer par la file de fusion, contrairement à tous les autres",
        ),
        Reason::SignatureMissing => (
            "no signature, where signing is the rule",
            "pas de signature, alors que la signature est la règle",
        ),
        Reason::SignatureBad => (
            "the signature is not of this commit",
            "la signature n'est pas celle de ce commit",
        ),
        Reason::SignatureUnknownSigner => (
            "signed with a key that is no allowed signer's",
            "signé avec une clé qui n'est celle d'aucun signataire autorisé",
        ),
        Reason::ReviewMissing => (
            "fewer approvals by others than these paths need",
            "moins d'approbations par d'autres que ces chemins n'en demandent",
        ),
        Reason::ReviewInvalid => (
            "an approval that proves nothing",
            "une approbation qui ne prouve rien",
        ),
        Reason::ReviewOwn => (
            "an approval by one of the authors, which does not count",
            "une approbation par un des auteurs, qui ne compte pas",
        ),
        Reason::SuppressionStale => (
            "a suppression matches no finding",
            "une suppression ne correspond à aucun constat",
        ),
        Reason::SuppressionExpired => (
            "a suppression is past its end",
            "une suppression a passé son terme",
        ),
        _ => (
            "changes what the gate accepts, requires or trusts",
            "change ce que le garde-fou accepte, exige ou croit",
        ),
    }
}

fn branches(reason: Reason) -> Both {
    match reason {
        Reason::BranchUnreviewed => (
            "commits reach the branch without a review",
            "des commits atteignent la branche sans relecture",
        ),
        Reason::BranchStaleReviews => (
            "an approval outlives later pushes",
            "une approbation survit aux envois qui la suivent",
        ),
        Reason::BranchLastPush => (
            "who pushed last may be the one who approves",
            "l'auteur du dernier envoi peut être celui qui approuve",
        ),
        Reason::BranchOwners => (
            "owners of the code need not agree",
            "l'accord des propriétaires du code n'est pas demandé",
        ),
        Reason::BranchBypass => (
            "some may pass by the reviews",
            "certains peuvent se passer de relecture",
        ),
        Reason::BranchAdmins => (
            "the rules do not bind administrators",
            "les règles ne lient pas les administrateurs",
        ),
        Reason::BranchForcePush => (
            "the branch's history may be rewritten",
            "l'historique de la branche peut être réécrit",
        ),
        Reason::BranchDeletion => (
            "the branch may be deleted",
            "la branche peut être supprimée",
        ),
        Reason::BranchUnchecked => ("no check has to pass", "aucune vérification n'est exigée"),
        _ => (
            "commits need no signatures",
            "les commits n'ont pas à être signés",
        ),
    }
}

fn packages(reason: Reason) -> Both {
    match reason {
        Reason::DependencyNew => (
            "a new dependency of an early version",
            "une nouvelle dépendance dans une version de début",
        ),
        Reason::DependencyElsewhere => (
            "a dependency from elsewhere than its registry",
            "une dépendance venue d'ailleurs que de son registre",
        ),
        Reason::DependencyTyposquat => (
            "a dependency whose name imitates a popular one",
            "une dépendance dont le nom en imite un connu",
        ),
        Reason::DependencyUnused => (
            "the use of a dependency goes while the dependency stays",
            "l'usage d'une dépendance disparaît, la dépendance reste",
        ),
        Reason::DependencyDisagrees => (
            "the manifest asks for this, and the lock file says otherwise",
            "le manifeste demande ceci, et le fichier de verrou dit autre chose",
        ),
        Reason::DependencyMalicious => (
            "advisories call this package malicious",
            "des avis disent ce paquet malveillant",
        ),
        Reason::DependencyVulnerable => (
            "a known vulnerability of this version",
            "une vulnérabilité connue de cette version",
        ),
        Reason::DependencyNotice => (
            "advisories warn about this package: unmaintained, or to be used with care",
            "des avis mettent en garde : paquet abandonné, ou à employer avec précaution",
        ),
        Reason::DependencyUncomparable => (
            "an advisory names this package, and its version cannot be compared with it",
            "un avis nomme ce paquet, et sa version ne peut lui être comparée",
        ),
        _ => (
            "published so recently that nobody may have looked at it yet",
            "publié si récemment que personne ne l'a peut-être encore examiné",
        ),
    }
}

fn sources(reason: Reason) -> Both {
    match reason {
        Reason::DependencySourceChanged => (
            "a dependency from another place than before",
            "une dépendance venue d'un autre endroit qu'avant",
        ),
        Reason::DependencyMismatch => (
            "the lock file fetches another package or version than it names",
            "le fichier de verrou télécharge un autre paquet ou une autre version que ceux qu'il nomme",
        ),
        Reason::DependencyConfusion => (
            "a name of a private family, fetched from a public registry where anybody may take it",
            "un nom d'une famille privée, pris d'un registre public où n'importe qui peut le prendre",
        ),
        Reason::DependencyIntegrityChanged => (
            "another digest for the same version: its files are no longer the same",
            "une autre empreinte pour la même version : ses fichiers ne sont plus les mêmes",
        ),
        Reason::DependencyIntegrityMissing => (
            "a dependency without the digest that would show a changed file",
            "une dépendance sans l'empreinte qui trahirait un fichier modifié",
        ),
        _ => (
            "an action of the same name, by another owner",
            "une action du même nom, par un autre propriétaire",
        ),
    }
}

fn agents(reason: Reason) -> Both {
    match reason {
        Reason::PromptDestruction => (
            "tells an agent to destroy files or resources",
            "ordonne à un agent de détruire des fichiers ou des ressources",
        ),
        Reason::PromptExfiltration => (
            "tells an agent to send secrets or private data away",
            "ordonne à un agent d'envoyer ailleurs des secrets ou des données privées",
        ),
        Reason::PromptBackdoor => (
            "tells an agent to open a hole, or to wave one through",
            "ordonne à un agent d'ouvrir une faille ou d'en laisser passer une",
        ),
        Reason::PromptExecution => (
            "tells an agent to run what it fetches",
            "ordonne à un agent d'exécuter ce qu'il télécharge",
        ),
        Reason::PromptOverride => (
            "tells an agent to forget its instructions",
            "ordonne à un agent d'oublier ses consignes",
        ),
        Reason::PromptHiding => (
            "tells an agent to keep something from people",
            "ordonne à un agent de cacher quelque chose aux personnes",
        ),
        Reason::AgentBypass => (
            "starts an agent with every permission and nobody to ask",
            "démarre un agent avec toutes les permissions et sans personne à qui demander",
        ),
        Reason::AgentBypassUntrusted => (
            "starts an agent with every permission on a stranger's words",
            "démarre un agent avec toutes les permissions sur les mots d'un inconnu",
        ),
        Reason::ConfigBypass => (
            "configuration takes an agent's questions away",
            "la configuration supprime les questions d'un agent",
        ),
        Reason::ConfigHook => (
            "configuration runs a command without being asked",
            "la configuration exécute une commande sans qu'on le demande",
        ),
        Reason::ConfigHookRemote => (
            "configuration runs a command that fetches or sends something",
            "la configuration exécute une commande qui télécharge ou envoie quelque chose",
        ),
        _ => (
            "configuration starts a tool server that is not pinned",
            "la configuration démarre un serveur d'outils dont la version n'est pas fixée",
        ),
    }
}

fn workflows(reason: Reason) -> Both {
    match reason {
        Reason::WorkflowInjection => (
            "a stranger's text becomes part of a script",
            "le texte d'un inconnu devient une partie d'un script",
        ),
        Reason::WorkflowPwnRequest => (
            "a stranger's code runs with the repository's rights",
            "le code d'un inconnu s'exécute avec les droits du dépôt",
        ),
        Reason::WorkflowMutableAction => (
            "an action by a reference that its owner can move",
            "une action par une référence que son propriétaire peut déplacer",
        ),
        Reason::WorkflowBot => (
            "trusts who acted last to be a bot, which a stranger's request can arrange",
            "suppose que le dernier acteur est un robot, ce qu'un inconnu peut arranger",
        ),
        Reason::WorkflowPermissions => (
            "the workflow has every right on the repository",
            "le workflow a tous les droits sur le dépôt",
        ),
        Reason::WorkflowSelfHosted => (
            "strangers can start work on a machine of one's own",
            "des inconnus peuvent lancer du travail sur une machine à soi",
        ),
        Reason::WorkflowAi => (
            "strangers can steer an AI action",
            "des inconnus peuvent diriger une action d'IA",
        ),
        _ => (
            "secrets leave the workflow",
            "des secrets sortent du workflow",
        ),
    }
}

fn texts(reason: Reason) -> Both {
    match reason {
        Reason::HiddenBidi => (
            "characters show the text in another order than it is run",
            "des caractères montrent le texte dans un autre ordre que celui de son exécution",
        ),
        Reason::HiddenTags => (
            "text that nobody can see",
            "du texte que personne ne peut voir",
        ),
        Reason::HiddenZeroWidth => ("characters without width", "des caractères sans largeur"),
        Reason::HiddenHomoglyph => (
            "letters of another script in a word",
            "des lettres d'une autre écriture dans un mot",
        ),
        Reason::HiddenOffscreen => ("code far off the screen", "du code loin hors de l'écran"),
        Reason::SecretToken => ("a credential", "un identifiant secret"),
        Reason::SecretUsed => (
            "a credential that was seen at work in an incident",
            "un identifiant secret vu à l'œuvre dans un incident",
        ),
        _ => ("a private key", "une clé privée"),
    }
}

fn code(reason: Reason) -> Both {
    match reason {
        Reason::DestroySystem => (
            "deletes a home directory, a disk or a system",
            "supprime un répertoire personnel, un disque ou un système",
        ),
        Reason::DestroyCloud => ("deletes cloud resources", "supprime des ressources cloud"),
        Reason::DestroyCloudAll => (
            "finds cloud resources and deletes them, whatever they are",
            "cherche des ressources cloud et les supprime, quelles qu'elles soient",
        ),
        Reason::FetchIntoSource => (
            "writes what it fetches from a changeable reference where sources are",
            "écrit à la place de sources ce qu'il télécharge d'une référence modifiable",
        ),
        Reason::SecretsSent => (
            "sends secrets or the environment to a host",
            "envoie des secrets ou l'environnement à un hôte",
        ),
        Reason::ReverseShell => (
            "hands a shell to a host",
            "livre un interpréteur de commandes à un hôte",
        ),
        Reason::FetchAndRun => ("runs what it fetches", "exécute ce qu'il télécharge"),
        Reason::FetchMutable => (
            "fetches from a reference that can change",
            "télécharge d'une référence modifiable",
        ),
        Reason::DecodeAndRun => ("runs what it decodes", "exécute ce qu'il décode"),
        Reason::HookInstall => (
            "runs a command on every machine that installs the package",
            "exécute une commande sur chaque machine qui installe le paquet",
        ),
        Reason::HookInstallRemote => (
            "runs a command at install that fetches, sends or hides something",
            "exécute à l'installation une commande qui télécharge, envoie ou cache quelque chose",
        ),
        Reason::OpaqueBinary => (
            "a binary file whose content nobody can review",
            "un fichier binaire dont personne ne peut relire le contenu",
        ),
        Reason::OpaqueProgram => (
            "a program among the sources",
            "un programme parmi les sources",
        ),
        Reason::LinkOutside => (
            "a link that leaves the tree",
            "un lien qui sort de l'arborescence",
        ),
        Reason::IgnoredBuildInput => (
            "version control no longer sees a file that the build runs",
            "la gestion de versions ne voit plus un fichier que la construction exécute",
        ),
        Reason::ProbeBroken => (
            "a feature test that cannot succeed, so that the feature goes off",
            "un test de fonctionnalité qui ne peut réussir, si bien qu'elle est coupée",
        ),
        Reason::ProtectionOff => ("a protection is switched off", "une protection est coupée"),
        Reason::CommitCloned => (
            "author time and subject are those of the parent, by another author",
            "la date d'auteur et le sujet sont ceux du parent, par un autre auteur",
        ),
        Reason::CommitClonedTime => (
            "the author time is that of the parent, by another author",
            "la date d'auteur est celle du parent, par un autre auteur",
        ),
        Reason::CommitMessage => (
            "the message does not fit what is changed",
            "le message ne correspond pas à ce qui est changé",
        ),
        Reason::ArtifactExtra => (
            "the source does not have this file of the artifact",
            "la source n'a pas ce fichier de l'artefact",
        ),
        _ => (
            "this file of the artifact differs from the source",
            "ce fichier de l'artefact diffère de la source",
        ),
    }
}

/// Why something was not read.
pub(crate) fn unread(reason: Unread) -> Both {
    match reason {
        Unread::Unreadable => ("could not be read", "illisible"),
        Unread::BadPatch => ("is no patch that can be read", "n'est pas un patch lisible"),
        Unread::BinaryNotShown => (
            "binary, and the patch does not show it",
            "binaire, et le patch ne le montre pas",
        ),
        Unread::BadArchive => (
            "damaged or hostile archive",
            "archive endommagée ou hostile",
        ),
        Unread::UnknownFormat => ("unknown format or encrypted", "format inconnu ou chiffré"),
        Unread::LimitReached => ("beyond the limits", "au-delà des limites"),
        Unread::Shallow => ("the history is cut here", "l'historique est coupé ici"),
        Unread::BadSyntax => ("does not parse", "syntaxe invalide"),
        Unread::Nothing => ("nothing to judge", "rien à juger"),
        Unread::Unverifiable => (
            "a signature of a kind that is not verified here",
            "une signature d'un genre qui n'est pas vérifié ici",
        ),
    }
}

/// The verdict as a headline; what is told beside an approval is no objection,
/// and still was found.
pub(crate) fn verdict(verdict: Verdict, has_findings: bool) -> Both {
    match verdict {
        Verdict::Allow if has_findings => (
            "ALLOW: nothing that is both bad and sure; see the notes",
            "ACCEPTER : rien de grave et de sûr à la fois ; voir les remarques",
        ),
        Verdict::Allow => (
            "ALLOW: nothing speaks against it",
            "ACCEPTER : rien ne s'y oppose",
        ),
        Verdict::Ask => (
            "ASK: somebody should look at it first",
            "DEMANDER : quelqu'un devrait d'abord regarder",
        ),
        Verdict::Deny => (
            "DENY: it must not go in as it is",
            "REFUSER : cela ne doit pas entrer tel quel",
        ),
    }
}

/// What a verdict means for the exit status.
pub(crate) fn status(verdict: Verdict, is_complete: bool) -> Both {
    match verdict {
        _ if !is_complete => (
            "exit status 3: not everything could be read",
            "code de sortie 3 : tout n'a pas pu être lu",
        ),
        Verdict::Allow => ("exit status 0", "code de sortie 0"),
        Verdict::Ask => (
            "exit status 0 by default; 1 with --fail-on medium",
            "code de sortie 0 par défaut ; 1 avec --fail-on medium",
        ),
        Verdict::Deny => (
            "exit status 1 by default; --fail-on sets from which severity on",
            "code de sortie 1 par défaut ; --fail-on fixe à partir de quelle gravité",
        ),
    }
}

/// How a text was hidden.
pub(crate) fn via(via: Via) -> Both {
    match via {
        Via::Unicode => (
            "look-alike or invisible characters",
            "caractères sosies ou invisibles",
        ),
        Via::Joined => ("put together from parts", "assemblé de morceaux"),
        Via::Base64 => ("base64", "base64"),
        Via::Hex => ("hexadecimal", "hexadécimal"),
        Via::Compressed => ("compressed", "compressé"),
        Via::Selectors => ("variation selectors", "sélecteurs de variante"),
    }
}

/// A number with its noun, in the form that the language has for that number.
pub(crate) fn counted(lang: Lang, count: u64, of_what: &Label) -> String {
    let is_one = match lang {
        Lang::En => count == 1,
        Lang::Fr => count < 2,
    };
    let both = if is_one { one(of_what) } else { label(of_what) };
    format!("{count} {}", of(lang, both))
}

/// The label of a single thing.
fn one(of_what: &Label) -> Both {
    match of_what {
        Label::Incomplete => (
            "could not be read; nothing says that it is clean:",
            "n'a pu être lu ; rien ne dit qu'il est sain :",
        ),
        Label::Files => ("file", "fichier"),
        Label::Commits => ("commit", "commit"),
        Label::Findings => ("finding", "constat"),
        Label::Suppressed => ("suppressed", "écarté"),
        Label::Known => ("known before", "déjà connu"),
        other => label(other),
    }
}

/// Labels of the report.
pub(crate) enum Label {
    /// Findings.
    Findings,
    /// How sure a finding is.
    Confidence,
    /// Why a finding is one.
    Why,
    /// The text that a finding is about.
    Seen,
    /// Names, addresses and numbers of a finding.
    Facts,
    /// What to do about a finding.
    ToDo,
    /// The check's page.
    Page,
    /// The commit that brings it.
    Commit,
    /// Not everything was read.
    Incomplete,
    /// Judged.
    Judged,
    /// Hidden by.
    HiddenBy,
    /// The commit itself.
    WholeCommit,
    /// Findings that are not listed.
    LeftOut,
    /// Lock files read, and packages judged.
    LockFiles,
    /// Packages that were judged.
    Packages,
    /// Nothing to compare dependencies with.
    NotCompared,
    /// Compared with advisories as of a day.
    Compared,
    /// The advisories are old.
    OldAdvisories,
    /// Records that could not be read when the advisories were made.
    FailedRecords,
    /// Packages without an exact version.
    Unpinned,
    /// Files.
    Files,
    /// Commits.
    Commits,
    /// Findings that suppressions took.
    Suppressed,
    /// Findings of the baseline.
    Known,
}

/// A label's text.
pub(crate) fn label(label: &Label) -> Both {
    match label {
        Label::Incomplete => (
            "could not be read; nothing says that it is clean:",
            "n'ont pu être lus ; rien ne dit qu'ils sont sains :",
        ),
        Label::Findings => ("findings", "constats"),
        Label::Confidence => ("confidence", "confiance"),
        Label::Why => ("why", "motif"),
        Label::Seen => ("seen", "vu"),
        Label::Facts => ("facts", "faits"),
        Label::ToDo => ("to do", "à faire"),
        Label::Page => ("page", "page"),
        Label::Commit => ("commit", "commit"),
        Label::Judged => ("judged", "jugés"),
        Label::HiddenBy => ("hidden", "caché"),
        Label::WholeCommit => ("commit", "commit"),
        Label::LeftOut => ("more findings", "autres constats"),
        Label::LockFiles => ("lock files", "fichiers de verrou"),
        Label::Packages => ("packages", "paquets"),
        Label::NotCompared => (
            "not compared with advisories: none were named (--advisories)",
            "pas comparés à des avis : aucun n'est indiqué (--advisories)",
        ),
        Label::Compared => ("compared with advisories of", "comparés aux avis du"),
        Label::OldAdvisories => (
            "these advisories are old: what was found since is not in them",
            "ces avis sont anciens : ce qui a été trouvé depuis n'y est pas",
        ),
        Label::FailedRecords => (
            "records of these advisories could not be read when the file was made",
            "enregistrements de ces avis n'ont pu être lus quand le fichier a été fait",
        ),
        Label::Unpinned => (
            "without an exact version: not compared",
            "sans version exacte : pas comparés",
        ),
        Label::Files => ("files", "fichiers"),
        Label::Commits => ("commits", "commits"),
        Label::Suppressed => ("suppressed", "écartés"),
        Label::Known => ("known before", "déjà connus"),
    }
}

/// Labels of what a file of advisories holds.
pub(crate) enum AdvisoryLabel {
    /// What it was made of.
    Sources,
    /// When its newest record was changed.
    Newest,
    /// Records read.
    Records,
    /// Entries about malicious packages.
    Malicious,
    /// Entries about weaknesses.
    Vulnerable,
    /// Withdrawn records.
    Withdrawn,
    /// Records that came more than once.
    Repeated,
    /// Packages of ecosystems that are not read.
    Foreign,
    /// Records that could not be read.
    Failed,
    /// Size of the file.
    Bytes,
}

/// A label's text.
pub(crate) fn advisory(label: &AdvisoryLabel) -> Both {
    match label {
        AdvisoryLabel::Sources => ("made of", "fait de"),
        AdvisoryLabel::Newest => ("newest change", "changement le plus récent"),
        AdvisoryLabel::Records => ("records", "enregistrements"),
        AdvisoryLabel::Malicious => ("malicious packages", "paquets malveillants"),
        AdvisoryLabel::Vulnerable => (
            "weaknesses and notices, by package",
            "vulnérabilités et mises en garde, par paquet",
        ),
        AdvisoryLabel::Withdrawn => ("withdrawn, left out", "retirés, laissés de côté"),
        AdvisoryLabel::Repeated => ("repeated, joined", "répétés, réunis"),
        AdvisoryLabel::Foreign => (
            "packages of other ecosystems, left out",
            "paquets d'autres écosystèmes, laissés de côté",
        ),
        AdvisoryLabel::Failed => (
            "records that could not be read",
            "enregistrements illisibles",
        ),
        AdvisoryLabel::Bytes => ("bytes written", "octets écrits"),
    }
}
