//! The sentences and labels that count nothing.

use super::{Pair, pair};

macro_rules! messages {
    ($($name:ident = $en:literal | $fr:literal;)+) => {
        /// A sentence or label. Its text is the row of the table.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Message { $($name),+ }

        impl Message {
            /// Every message, for the tests of the catalogue.
            #[cfg(test)]
            pub(crate) const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The text in each language.
            pub(crate) fn pair(self) -> Pair {
                match self { $(Self::$name => pair($en, $fr)),+ }
            }
        }
    };
}

messages! {
    // The frame.
    ReportTitle = "CloudTrail investigation" | "Enquête CloudTrail";
    And = " and " | " et ";
    Semicolon = "; " | " ; ";
    Colon = ": " | " : ";
    Unnamed = "(no name)" | "(sans nom)";
    NoIncident = "No incident." | "Aucun incident.";
    NoEvents = "No event was found, so nothing was judged. This is not a clean result."
        | "Aucun événement trouvé : rien n'a été jugé. Ce n'est pas un résultat sans incident.";
    NoIncidentPartial = "No incident in what could be read. Not everything could be read."
        | "Aucun incident dans ce qui a pu être lu. Tout n'a pas pu être lu.";
    SeveralIncidents = "{incidents}, the worst of {severity} severity."
        | "{incidents}, dont le pire de gravité {severity}.";
    LookedAt = "Looked at {events} in {files}, from {first} to {last}."
        | "Examiné : {events} dans {files}, du {first} au {last}.";
    LookedAtUndated = "Looked at {events} in {files}." | "Examiné : {events} dans {files}.";
    FindingsRemain = "{findings} did not add up to an incident; they are listed below."
        | "Hors incident : {findings}, dans la liste ci-dessous.";
    IncompleteHead = "Incomplete: {failed}" | "Incomplet : {failed}";
    SeeCoverage = "See “Coverage” below." | "Voir « Couverture » plus bas.";
    WrittenBy = "Written by {tool} {version}; times are UTC."
        | "Établi par {tool} {version} ; heures en UTC.";
    GateTitle = "The gate" | "Le garde-fou";
    GateCommits = "Commits" | "Commits";
    // An incident's head.
    IncidentHead = "{severity} incident, {confidence} confidence"
        | "Incident de gravité {severity}, confiance {confidence}";
    IncidentId = "Incident {id}" | "Incident {id}";
    IncidentTime = "{first} to {last}" | "du {first} au {last}";
    KeyFigures = "Key figures" | "Chiffres clés";
    FigureNoCost = "cost: nothing priced was seen to run" | "coût : rien de tarifé vu en marche";
    FigureCostNow = "cost an hour, now" | "coût par heure, maintenant";
    FigureCostMax = "cost an hour, at most" | "coût par heure, au plus";
    FigureToImpact = "from first call to impact" | "du premier appel à l'impact";
    FigureNoImpact = "no impact so far" | "pas d'impact à ce jour";
    FigureIdentities = "identities involved" | "identités en cause";
    FigureCalls = "calls, of which {succeeded} succeeded" | "appels, dont {succeeded} aboutis";
    FigureOpen = "resources still open" | "ressources encore ouvertes";
    // The story.
    KeyOfUser = "Access key {key} of user {name}" | "La clé d'accès {key} de l'utilisateur {name}";
    Key = "Access key {key}" | "La clé d'accès {key}";
    SessionOf = "Session {key} of {name}" | "La session {key} de {name}";
    Session = "Session {key}" | "La session {key}";
    RootOf = "The root user of account {account}" | "L'utilisateur racine du compte {account}";
    Root = "The root user" | "L'utilisateur racine";
    ConsoleUser = "The console user {name}" | "L'utilisateur de console {name}";
    Service = "The service {key}" | "Le service {key}";
    Principal = "The principal {name}" | "Le principal {name}";
    Nobody = "An identity that the log does not name" | "Une identité que le journal ne nomme pas";
    UsedFeminine = "was used" | "a été utilisée";
    UsedMasculine = "was used" | "a été utilisé";
    FromNewNetwork = "{subject} {used} from {network}, a network never seen before."
        | "{subject} {used} depuis {network}, un réseau jamais vu auparavant.";
    FromNewNetworkShort = "{subject} {used} from {network}, a network new in this short history."
        | "{subject} {used} depuis {network}, un réseau nouveau dans ce court historique.";
    FromAddress = "{subject} {used} from {address}." | "{subject} {used} depuis {address}.";
    FromAddresses = "{subject} {used} from {count}, most often from {address}."
        | "{subject} {used} depuis {count}, le plus souvent {address}.";
    FromNowhere = "{subject} {used}." | "{subject} {used}.";
    StoryLeak = "Its access key {key} lies in {place}."
        | "Sa clé d'accès {key} se trouve dans {place}.";
    StoryLeakCommit = "Its access key {key} lies in {place}, since commit {commit}."
        | "Sa clé d'accès {key} se trouve dans {place}, depuis le commit {commit}.";
    StoryCreated = "Created: {things}, in {regions}." | "Créations : {things}, dans {regions}.";
    StoryCreatedOnly = "Created: {things}." | "Créations : {things}.";
    StoryImpact = "{duration} after the first call, impact began: {what}."
        | "{duration} après le premier appel, l'impact commençait : {what}.";
    StoryFirstCost = "{duration} after the first call, {things} began to cost money."
        | "{duration} après le premier appel, premiers frais : {things}.";
    StoryNoImpact = "No impact so far; the latest stage seen is {tactic}."
        | "Pas d'impact à ce jour ; dernière étape vue : {tactic}.";
    NothingSucceeded = "None of its calls succeeded." | "Aucun de ses appels n'a abouti.";
    StoryCost = "What runs costs {now} an hour now, and up to {max} an hour if everything grows to its own maximum."
        | "Ce qui tourne coûte {now} par heure maintenant, et jusqu'à {max} par heure si tout monte à son propre maximum.";
    ImpactUnnamed = "see the stages" | "voir les étapes";
    // Sections.
    SectionWho = "Who" | "Qui";
    SectionOrigin = "From where" | "D'où";
    SectionStages = "Stages" | "Étapes";
    SectionTimeline = "Timeline" | "Chronologie";
    SectionResources = "Created, changed, deleted" | "Créé, modifié, supprimé";
    SectionEveryResource = "Every resource" | "Toutes les ressources";
    SectionCost = "Cost" | "Coût";
    SectionOpen = "Still open" | "Encore ouvert";
    SectionSteps = "Do this now" | "Ce qu'il faut faire maintenant";
    SectionBoundary = "Where the line is drawn" | "Où passe la limite";
    SectionFindings = "Findings of this incident" | "Constats de cet incident";
    SectionOutside = "Findings outside incidents" | "Constats hors incident";
    SectionCoverage = "Coverage" | "Couverture";
    SectionRules = "Rules that matched" | "Règles déclenchées";
    SkipToContent = "Skip to content" | "Aller au contenu";
    SectionContents = "On this page" | "Sur cette page";
    // Who.
    ActorKey = "access key of {name}" | "clé d'accès de {name}";
    ActorKeyNameless = "access key" | "clé d'accès";
    ActorSession = "session of {name}" | "session de {name}";
    ActorSessionNameless = "session" | "session";
    ActorRoot = "root user" | "utilisateur racine";
    ActorConsole = "{name} at the console" | "{name} à la console";
    ActorConsoleNameless = "at the console" | "à la console";
    ActorService = "AWS service" | "service AWS";
    ActorPrincipal = "principal {name}" | "principal {name}";
    ActorPrincipalNameless = "principal" | "principal";
    ActorUnknown = "named by no record" | "nommée par aucun enregistrement";
    WayIn = "the way in" | "le point d'entrée";
    LinkedBy = "{link} ({call} at {offset})" | "{link} ({call} à {offset})";
    MadeByIncident = "made by the incident" | "produite par l'incident";
    NeverActed = "has not acted" | "n'a pas agi";
    CallsDetail = "{calls}: {outcomes}" | "{calls} : {outcomes}";
    InAccount = "account {account}" | "compte {account}";
    // From where.
    OriginAddresses = "Addresses" | "Adresses";
    OriginAgents = "User agents" | "Agents utilisateurs";
    OriginRegions = "Regions" | "Régions";
    // Tables.
    ColumnTactic = "Stage" | "Étape";
    ColumnTime = "Since start" | "Depuis le début";
    ColumnWhat = "What" | "Quoi";
    ColumnCalls = "Calls" | "Appels";
    ColumnTechniques = "ATT&CK" | "ATT&CK";
    ColumnResource = "Resource" | "Ressource";
    ColumnAction = "Action" | "Action";
    ColumnState = "Last state" | "Dernier état";
    ColumnRegions = "Regions" | "Régions";
    ColumnNames = "Names" | "Noms";
    ColumnUnit = "Billed unit" | "Unité facturée";
    ColumnNow = "Now" | "Actuel";
    ColumnMax = "At most" | "Au plus";
    ColumnUnitPrice = "Price/h" | "Prix/h";
    ColumnHourNow = "Cost/h now" | "Coût/h actuel";
    ColumnHourMax = "Cost/h at most" | "Coût/h au plus";
    ColumnSeverity = "Severity" | "Gravité";
    ColumnCount = "Count" | "Nombre";
    ColumnRule = "Rule" | "Règle";
    ColumnRuleId = "Rule id" | "Id de règle";
    ColumnActor = "Actor" | "Acteur";
    ColumnOutcome = "Outcome" | "Résultat";
    ColumnFirstSeen = "First seen" | "Vu d'abord";
    ColumnIdentity = "Identity" | "Identité";
    ColumnCall = "Call" | "Appel";
    ColumnTargets = "Touched" | "Cibles";
    ColumnSource = "Source" | "Origine";
    ColumnEvidence = "Evidence" | "Preuve";
    ColumnDetails = "Details" | "Détails";
    ColumnMatches = "Matches" | "Déclenchements";
    ColumnReason = "Reason" | "Raison";
    ColumnFile = "File" | "Fichier";
    Position = "{file}, byte {offset}, record {record}" | "{file}, octet {offset}, enregistrement {record}";
    EventId = "event {id}" | "événement {id}";
    AtOffset = "{file} at byte {offset}" | "{file} à l'octet {offset}";
    // Resources and cost.
    NoResources = "The log shows nothing created, changed or deleted."
        | "Le journal ne montre rien de créé, de modifié ni de supprimé.";
    CostTotals = "{now} an hour now ({nowday} a day); at most {max} an hour ({maxday} a day)."
        | "{now} par heure maintenant ({nowday} par jour) ; au plus {max} par heure ({maxday} par jour).";
    CostNothing = "Nothing that has a price in the table was seen to run."
        | "Rien de ce qui a un prix dans la table n'a été vu en marche.";
    Unpriced = "Costs, but without a price in the table (not in the sums): {items}."
        | "Payant, mais sans prix dans la table (hors des sommes) : {items}.";
    UnpricedItem = "{unit} ({now} now, {max} at most)" | "{unit} ({now} maintenant, {max} au plus)";
    UncountedItem = "{unit} (how many is not in the log)" | "{unit} (nombre absent du journal)";
    Metered = "Billed by use, which the log does not measure: {items}." | "Facturé à l'usage, que le journal ne mesure pas : {items}.";
    MeteredItem = "{calls} calls of {model}" | "{calls} appels de {model}";
    PriceTable = "Prices as of {date}, from {source}; spot is counted at the on-demand price, its upper bound."
        | "Prix au {date}, d'après {source} ; le spot est compté au prix à la demande, sa borne supérieure.";
    ChartStages = "Stages over time: a bar from the first to the last call of each stage"
        | "Étapes dans le temps : une barre du premier au dernier appel de chaque étape";
    ChartGraph = "Identities from left to right, each linked to the one it came from"
        | "Identités de gauche à droite, chacune reliée à celle dont elle vient";
    ChartImpact = "impact" | "impact";
    // Still open.
    NothingOpen = "The log shows nothing left open." | "Le journal ne montre rien d'encore ouvert.";
    // Next steps.
    NoSteps = "The log shows nothing that must be undone."
        | "Le journal ne montre rien à défaire.";
    NoStepsButOpen = "No step is known for what is still open; look at each by hand."
        | "Aucune action connue pour ce qui est encore ouvert ; à examiner à la main.";
    StepsIntro = "In this order. Nothing here was done by gardefou."
        | "Dans cet ordre. Gardefou n'a rien fait de tout cela.";
    InAccountRegion = "account {account}, region {region}" | "compte {account}, région {region}";
    InRegion = "region {region}" | "région {region}";
    CommandEscaped = "This line holds characters that are shown escaped; take it from --format json and check it."
        | "Cette ligne contient des caractères montrés sous forme échappée ; la prendre dans --format json et la vérifier.";
    // The boundary.
    BoundarySpan = "It begins at {starts} and ends at {ends}."
        | "L'incident commence le {starts} et finit le {ends}.";
    BoundaryHistory = "Compared with {days} of history of this identity."
        | "Comparé à {days} d'historique de cette identité.";
    ShortHistory = "That history is short (under 7 days or 100 calls): “never before” proves little here."
        | "Cet historique est court (moins de 7 jours ou de 100 appels) : « jamais vu » prouve peu ici.";
    Novelties = "New for this identity" | "Nouveau pour cette identité";
    NoveltyLine = "{kind} {value} ({at})" | "{kind} {value} ({at})";
    // Coverage.
    ColumnFinding = "Finding" | "Constat";
    ColumnSubject = "About" | "Objet";
    AuditGroup = "{severity}: {title} ({check}, {count}). {advice}" | "{severity} : {title} ({check}, {count}). {advice}";
    AuditUnjudged = "Everything that was given was read; for lack of data {count} checks could not be judged."
        | "Tout ce qui a été donné a été lu ; faute de données, {count} contrôles n'ont pas pu être jugés.";
    CoverageComplete = "Everything that should have been read was read."
        | "Tout ce qui devait être lu a été lu.";
    CoverageRead = "Read" | "Lu";
    CoverageReadLine = "{files} ({stored} stored, {inflated} inflated), {events}"
        | "{files} ({stored} stockés, {inflated} décompressés), {events}";
    CoveragePeriod = "Period" | "Période";
    CoverageForms = "Forms" | "Formes";
    CoverageAccounts = "Accounts" | "Comptes";
    CoverageRegions = "Regions" | "Régions";
    CoverageSkipped = "Skipped" | "Écarté";
    CoverageFailed = "Failed" | "Échecs";
    CoverageTooCommon = "rules matching too much to say anything"
        | "règles trop souvent vérifiées pour dire quoi que ce soit";
    FirstFailures = "First failures" | "Premiers échecs";
    FirstSkips = "First skips (duplicates not listed)" | "Premiers écartés (doublons non listés)";
    // What digests prove.
    ProofAll = "Proven: {spans}, by {chains} of digests."
        | "Prouvé : {spans}, par {chains} d'empreintes.";
    ProofPart = "Not all proven: {doubts}. Proven: {spans}."
        | "Tout n'est pas prouvé : {doubts}. Prouvé : {spans}.";
    ProofNothing = "Nothing is proven." | "Rien n'est prouvé.";
    ProofNothingBut = "Nothing is proven: {doubts}." | "Rien n'est prouvé : {doubts}.";
    ProofHead = "CloudTrail's digests prove that nothing was changed, deleted or added: {spans}."
        | "Les empreintes de CloudTrail prouvent que rien n'a été modifié, supprimé ni ajouté : {spans}.";
    ProofHeadPart = "CloudTrail's digests do not prove everything ({doubts}; see `gardefou verify-trail`). Proven: {spans}."
        | "Les empreintes de CloudTrail ne prouvent pas tout ({doubts} ; voir `gardefou verify-trail`). Prouvé : {spans}.";
    ProofHeadNothing = "CloudTrail's digests prove nothing of this archive ({doubts}; see `gardefou verify-trail`)."
        | "Les empreintes de CloudTrail ne prouvent rien de cette archive ({doubts} ; voir `gardefou verify-trail`).";
    ProofHeadUnverified = "There are digests, but they were not verified: {reason}"
        | "Il y a des empreintes, mais elles n'ont pas été vérifiées : {reason}";
    ProofNoEnd = "No end was asked for (--until): digests cut off at the tail of every chain would not show."
        | "Aucune fin n'a été demandée (--until) : des empreintes coupées à la fin de toutes les chaînes ne se verraient pas.";
    ProofNoStart = "No start was asked for (--since): what was deleted before the first digest of a chain would not show."
        | "Aucun début n'a été demandé (--since) : ce qui a été supprimé avant la première empreinte d'une chaîne ne se verrait pas.";
    ProofKeysNamed = "Keys: from the file that was named. The proof is worth what that file is worth."
        | "Clés : du fichier indiqué. La preuve vaut ce que vaut ce fichier.";
    ProofKeysBeside = "Keys: from a file that lay with the archive. Who could rewrite the archive could rewrite it too; take the keys from AWS to rule that out."
        | "Clés : d'un fichier rangé avec l'archive. Qui a pu réécrire l'archive a pu le réécrire aussi ; prendre les clés chez AWS pour l'exclure.";
    ProofKeysApi = "Keys: from CloudTrail's own ListPublicKeys."
        | "Clés : de ListPublicKeys, chez CloudTrail même.";
    ProofOthers = "Files that hold no CloudTrail record and that no digest lists: {files}."
        | "Fichiers sans enregistrement CloudTrail, qu'aucune empreinte ne cite : {files}.";
    ProofChain = "Trail {trail} of {home}, account {account}, region {region}"
        | "Piste {trail} de {home}, compte {account}, région {region}";
    ProofNoTrail = "Account {account}, region {region}: no digest"
        | "Compte {account}, région {region} : aucune empreinte";
    ProofBeyond = "Beyond any chain" | "Hors de toute chaîne";
    ProofPlace = "Place" | "Lieu";
    ProofDelivered = "Delivered to" | "Livré dans";
    ProofDigests = "Digests valid" | "Empreintes valides";
    ProofBackfills = "Backfill digests valid" | "Empreintes de rattrapage valides";
    ProofLogs = "Logs unchanged" | "Journaux intacts";
    ProofProven = "Proven" | "Prouvé";
    ProofDoubts = "Doubts" | "Doutes";
    ProofOf = "{n} of {total}" | "{n} sur {total}";
    ProofUnbounded = "unbounded" | "sans borne";
    ProofSpanFrom = "from {from} on" | "depuis le {from}";
    ProofSpanTo = "up to {to}" | "jusqu'au {to}";
    ProofMoment = "at {from}" | "le {from}";
    ProofUnreadHead = "Incomplete: {failed}." | "Incomplet : {failed}.";
    // An audit.
    AuditTitle = "IAM audit" | "Audit IAM";
    AuditNobody = "No account was found, so nothing was judged. This is not a clean result."
        | "Aucun compte trouvé : rien n'a été jugé. Ce n'est pas un résultat sans constat.";
    AuditClean = "Nothing was found." | "Aucun constat.";
    AuditHeadline = "{findings} about {principals} in {accounts}."
        | "{findings} sur {principals} dans {accounts}.";
    AuditWho = "May do everything: {admins}. Can get there: {escalating}. Can get there if something unknown is so: {perhaps}."
        | "Peuvent tout faire : {admins}. Peuvent y parvenir : {escalating}. Peuvent y parvenir selon un inconnu : {perhaps}.";
    AuditFindings = "Findings" | "Constats";
    AuditPaths = "Paths" | "Chemins";
    AuditGraph = "Who can become whom" | "Qui peut devenir qui";
    PathHead = "{from} to {goal}: {certainty}" | "{from} vers {goal} : {certainty}";
    PathNeeds = "Needs: {what}" | "Suppose : {what}";
    StepReads = "Reads " | "Lit ";
    StepThrough = ", through {through}" | ", par {through}";
    StepBecause = ", because of {statements}" | ", d'après {statements}";
    NeedsKey = "a value of {what}" | "une valeur de {what}";
    NeedsPolicy = "that {what}, which was not read, does not deny it"
        | "que {what}, qui n'a pas été lue, ne le refuse pas";
    NeedsTarget = "a {what}: there is none now" | "un {what} : il n'y en a pas aujourd'hui";
    NeedsList = "a {what}: nobody listed them" | "un {what} : personne ne les a listés";
    NeedsIdentity = "that {what} is the one meant" | "que {what} soit bien celui visé";
    NeedsLogin = "to know whether {what} has a console password"
        | "de savoir si {what} a un mot de passe de console";
    NeedsKeys = "to know how many access keys {what} has"
        | "de savoir combien de clés d'accès a {what}";
    NeedsOther = "the other side, account {what}" | "l'autre côté, le compte {what}";
    NeedsAgent = "the SSM agent on the instance" | "l'agent SSM sur l'instance";
    NeedsRunning = "that it runs" | "qu'il tourne";
    NeedsNetwork = "a network way to it" | "un accès réseau";
    NeedsTrigger = "somebody or something that starts it" | "quelqu'un ou quelque chose qui le lance";
    NeedsIdentityCenter = "that this account manages Identity Center"
        | "que ce compte gère Identity Center";
    CoverageItems = "Items" | "Éléments";
    CoverageManaged = "AWS managed policies as of" | "Politiques gérées par AWS au";
    CoverageNotJudged = "Not judged" | "Non jugé";
    CoverageSuppressed = "Suppressed" | "Supprimé";
    // Least privilege.
    LeastTitle = "Least privilege" | "Moindre privilège";
    LeastHeadline = "{statements} for {who}, from its calls of {first} to {last}: {calls}."
        | "{statements} pour {who}, d'après ses appels du {first} au {last} : {calls}.";
    LeastNothing = "Nothing that {who} did was found, so nothing is proposed. This is not a policy of nothing."
        | "Aucun appel de {who} trouvé : rien n'est proposé. Ce n'est pas une politique vide.";
    LeastReplay = "Put to that same history, the proposal allows {allowed} of {requests} requests."
        | "Rejouée sur ce même historique, la proposition autorise {allowed} requêtes sur {requests}.";
    LeastNoCurrent = "Today's policies were not given: nothing is kept of what the log does not show."
        | "Les politiques actuelles n'ont pas été données : rien n'est gardé de ce que le journal ne montre pas.";
    LeastStatements = "Statements" | "Déclarations";
    LeastKept = "kept" | "gardé";
    LeastRefused = "What the proposal would not allow" | "Ce que la proposition ne permettrait pas";
    LeastNotUnderstood = "Calls of which nobody knows the action; they are not in the proposal"
        | "Appels dont nul ne connaît l'action ; ils ne sont pas dans la proposition";
    LeastBlind = "What the log cannot show" | "Ce que le journal ne peut montrer";
    LeastBlindKept = "the proposal keeps {actions}, which today's policies allow"
        | "la proposition garde {actions}, permis par les politiques actuelles";
    LeastBlindDropped = "no use was logged, nothing was found to keep, nothing is allowed: data calls of {services}"
        | "aucun usage journalisé, rien trouvé à garder, rien n'est permis : appels de données de {services}";
    LeastWidened = "Wider than what was seen" | "Plus large que ce qui a été vu";
    LeastWidens = "{pattern}: in the place of {n}" | "{pattern} : à la place de {n}";
    LeastDropped = "Dropped: today's policies allow it, nobody used it"
        | "Abandonné : permis aujourd'hui, jamais utilisé";
    ColumnStatement = "Statement" | "Déclaration";
    // A replay of guardrails.
    ReplayTitle = "Guardrails against history" | "Garde-fous face à l'historique";
    ReplayNoAttack = "No incident in this history: nothing was there to stop. What each guardrail would have broken is below."
        | "Aucun incident dans cet historique : rien à arrêter. Ce que chaque garde-fou aurait cassé figure plus bas.";
    ReplayNothingStops = "None of these guardrails would have stopped the incident."
        | "Aucun de ces garde-fous n'aurait arrêté l'incident.";
    ReplaySuggested = "Would have been stopped at step {step} by {guardrails}, {broken} in {calls} over {days}."
        | "Aurait été arrêté à l'étape {step} par {guardrails}, {broken} sur {calls} en {days}.";
    BreakingNothing = "breaking nothing" | "sans rien casser";
    BreakingSome = "breaking {calls}" | "en cassant {calls}";
    PreventionThrough = "{effects} would have gone through all the same."
        | "Malgré cela : {effects} de l'attaque.";
    PreventionNone = "No guardrail of the library would have stopped it."
        | "Aucun garde-fou de la bibliothèque ne l'aurait arrêté.";
    PreventionUnknown = "Of {calls} the log does not tell." | "Pour {calls}, le journal ne permet pas de trancher.";
    ReplaySaved = "First refused: {step}. Not done: {steps}. Time won: {time}. Cost avoided: {now} an hour, {most} at most."
        | "Premier refus : {step}. Non réalisé : {steps}. Temps gagné : {time}. Coût évité : {now} par heure, {most} au plus.";
    ReplayThrough = "{effects} would have gone through all the same, first {step}."
        | "Malgré cela : {effects}, d'abord {step}.";
    ReplayUnknown = "Of {calls} the log does not tell whether they would have been broken."
        | "Pour {calls}, le journal ne dit pas s'ils auraient été cassés.";
    ReplayScp = "Service control policies bind neither the management account nor service-linked roles."
        | "Les politiques de contrôle de service ne lient ni le compte de gestion ni les rôles liés aux services.";
    ReplayGuardrails = "Guardrails, ranked" | "Garde-fous, classés";
    ReplayLegend = "* suggested. Stops: effects of the attack that would not have happened. First: the first step refused. Breaks: legitimate calls that succeeded and would have been refused. Later: the same in the last third of the history, with parameters learnt from the first two thirds only."
        | "* suggéré. Arrête : effets de l'attaque qui n'auraient pas eu lieu. Premier : première étape refusée. Casse : appels légitimes aboutis qui auraient été refusés. Ensuite : les mêmes dans le dernier tiers de l'historique, avec des paramètres appris des deux premiers tiers seulement.";
    ReplayTooLarge = "Larger than AWS takes; split it." | "Plus grand qu'AWS ne l'accepte : à découper.";
    ReplayBroken = "What they would have broken" | "Ce qu'ils auraient cassé";
    ReplayUnknownSection = "What the log does not tell" | "Ce que le journal ne dit pas";
    ReplayAdvice = "Beside policies" | "Outre les politiques";
    ReplayHistory = "{calls} outside incidents, of which {succeeded} succeeded, seen as {classes} distinct calls; {unknown} of unknown action."
        | "{calls} hors incident, dont {succeeded} aboutis, soit {classes} appels distincts ; {unknown} d'action inconnue.";
    FidelitySection = "How far to believe it" | "Jusqu'où s'y fier";
    FidelityFigure = "The snapshot's policies explain {share} % of {calls}; {unknown} more they do not decide."
        | "Les politiques de l'instantané expliquent {share} % de {calls} ; {unknown} de plus ne se tranchent pas.";
    FidelityUnknown = "Not decided because of: {what}" | "Non tranché à cause de : {what}";
    ColumnGuardrail = "Guardrail" | "Garde-fou";
    ColumnStops = "Stops" | "Arrête";
    ColumnFirst = "First" | "Premier";
    ColumnBreaks = "Breaks" | "Casse";
    ColumnLater = "Later" | "Ensuite";
    ColumnUnknown = "Unknown" | "Inconnu";
    ColumnWho = "Who" | "Qui";
    ColumnSince = "Since" | "Depuis";
    ColumnLog = "Log" | "Journal";
    ColumnPolicies = "Policies" | "Politiques";
    // What AWS would decide.
    WrittenByTool = "Written by {tool} {version}." | "Établi par {tool} {version}.";
    AnswerError = "not valid, so not allowed" | "non valide, donc non autorisé";
    AnswerIgnored = "not used: {name}" | "non utilisé : {name}";
    AnswerAllows = "allowed by {statement}" | "autorisé par {statement}";
    AnswerDenies = "denied by {statement}" | "refusé par {statement}";
    AnswerNothingAllows = "nothing allows it: {layer}" | "rien ne l'autorise : {layer}";
    AnswerUnknown = "unknown because of {key}: {statements}"
        | "inconnu à cause de {key} : {statements}";
    AnswerNotValid = "not valid at {place}, {path}: {what}" | "non valide en {place}, {path} : {what}";
    TraceAllows = "applies, allows" | "s'applique, autorise";
    TraceDenies = "applies, denies" | "s'applique, refuse";
    TraceOtherAction = "is about other actions" | "porte sur d'autres actions";
    TraceOtherPrincipal = "is about other principals" | "porte sur d'autres principaux";
    TraceOtherResource = "is about other resources" | "porte sur d'autres ressources";
    TraceDoesNotBind = "does not bind this principal" | "ne s'applique pas à ce principal";
    TraceCondition = "its condition on {key} does not hold"
        | "sa condition sur {key} n'est pas remplie";
    TraceUnknown = "depends on {keys}, which nobody knows" | "dépend de {keys}, que nul ne connaît";
    // Containment.
    PlanTitle = "Containment plan" | "Plan de confinement";
    PlanHeadline = "{n} steps against incident {incident}, {hand} more by hand. Nothing has been changed."
        | "{n} étapes contre l'incident {incident}, {hand} de plus à la main. Rien n'a été modifié.";
    PlanIntro = "In this order. Each step reads the state first and does only what is missing."
        | "Dans cet ordre. Chaque étape lit d'abord l'état et ne fait que ce qui manque.";
    PlanSteps = "Steps" | "Étapes";
    PlanProof = "What is left" | "Ce qui reste";
    PlanLeftOut = "Not touched" | "Non touché";
    PlanByHand = "By hand" | "À la main";
    PlanUndo = "undo:" | "annuler :";
    PlanMoreLines = "{n} more lines in the files that --out writes" | "{n} lignes de plus dans les fichiers qu'écrit --out";
    PlanFollowsState = "Further calls follow from what is found." | "D'autres appels découlent de ce qui est trouvé.";
    PlanUndoFollows = "Its undo is made of what is saved first."
        | "Son annulation se fait à partir de ce qui est d'abord sauvegardé.";
    PlanLosses = "Its undo cannot bring back {losses}." | "Son annulation ne peut pas rendre {losses}.";
    PlanNoSnapshot = "Without a snapshot of the policies nothing is proven about what remains."
        | "Sans instantané des politiques, rien n'est prouvé sur ce qui reste.";
    PlanNothingRemains = "By the policies of the snapshot, the incident's identities can do nothing after these steps."
        | "D'après les politiques de l'instantané, les identités de l'incident ne peuvent plus rien après ces étapes.";
    PlanSomethingRemains = "The incident's identities may still do something after these steps, see below."
        | "Les identités de l'incident peuvent encore agir après ces étapes, voir ci-dessous.";
    PlanResponderCannot = "The responder's policies do not allow every call of the plan."
        | "Les politiques de l'intervenant n'autorisent pas tous les appels du plan.";
    PlanScp = "A service control policy is offered: nobody in the account can take it away while the changes spread."
        | "Une politique de contrôle de service est proposée : personne dans le compte ne peut la retirer pendant que les changements se propagent.";
    PlanBefore = "Before the plan:" | "Avant le plan :";
    PlanAfter = "After it:" | "Après :";
    PlanAfterNone = "After it: nothing." | "Après : rien.";
    PlanNotInSnapshot = "The snapshot does not have these identities, so nothing is proven about them:"
        | "L'instantané ne contient pas ces identités ; rien n'est prouvé à leur sujet :";
    PowerAdministrator = "{who}, {means}: everything ({actions} of the actions asked, {others} others to become)"
        | "{who}, {means} : tout ({actions} des actions demandées, {others} autres identités atteignables)";
    PowerSome = "{who}, {means}: {actions} of the actions asked, {others} others to become"
        | "{who}, {means} : {actions} des actions demandées, {others} autres identités atteignables";
    MeansCredential = "by key or password" | "par clé ou mot de passe";
    MeansSession = "by a session issued before" | "par une session émise avant";
    RiskNone = "Made by the incident: nobody else should need it."
        | "Créé par l'incident : personne d'autre ne devrait en avoir besoin.";
    RiskUsed = "Risk: {calls} calls of this identity in the {days} days before."
        | "Risque : {calls} appels de cette identité dans les {days} jours précédents.";
    RiskUnknown = "Risk: who else uses it was not looked at."
        | "Risque : on n'a pas examiné qui d'autre s'en sert.";
    LossAccessKeys = "access keys" | "les clés d'accès";
    LossPassword = "the password" | "le mot de passe";
    LossMfaDevice = "the MFA device" | "le dispositif MFA";
    LossUniqueId = "the unique id" | "l'identifiant unique";
    LossOtherCredentials = "SSH keys and certificates" | "les clés SSH et les certificats";
    LossInstances = "the instances" | "les instances";
    LossTasks = "the tasks that ran" | "les tâches qui tournaient";
    LossSpotRequests = "the requests for spot capacity" | "les demandes de capacité spot";
    LossFunctionUrl = "the URL's host name" | "le nom d'hôte de l'URL";
    LossMailVerification = "the verification of the mail identity" | "la vérification de l'identité de courrier";
    LeftOutResponder = "it is the responder's own" | "c'est l'identité de l'intervenant";
    LeftOutServiceLinked = "only AWS can change it" | "seul AWS peut le modifier";
    LeftOutPermissionSet = "a role of a permission set takes no policy of its own; see by hand"
        | "le rôle d'un jeu d'autorisations ne prend pas de politique propre ; voir à la main";
    LeftOutRoot = "the root user can only be shut out by itself"
        | "seul l'utilisateur racine peut se fermer la porte";
    LeftOutNameUnknown = "the log does not tell whose it is" | "le journal ne dit pas à qui c'est";
    LeftOutTrustUnknown = "neither the log nor the snapshot has its trust policy of before: it is denied everything until people restore it"
        | "ni le journal ni l'instantané n'ont sa politique de confiance d'avant : tout lui est refusé jusqu'à ce qu'on la rétablisse";
    TrustFromLog = "The policy is the one that {call} put on {time}."
        | "La politique est celle que {call} a posée le {time}.";
    TrustFromSnapshot = "The policy is the snapshot's." | "La politique est celle de l'instantané.";
    StepOpen = "not begun" | "non commencée";
    StepBegun = "begun, not at its end" | "commencée, non terminée";
    StepDone = "done" | "faite";
    StepAlready = "was so before" | "l'était déjà";
    StepUndone = "undone" | "annulée";
    StepStopped = "stopped" | "arrêtée";
    StepOtherAccount = "waits for credentials of its account" | "attend des identifiants de son compte";
    StepReverted = "done, and changed back by somebody: apply again"
        | "faite, puis défaite par quelqu'un : appliquer de nouveau";
    // What an OCSF consumer reads.
    OcsfIncidentTitle = "{severity} incident: {stages}" | "Incident de gravité {severity} : {stages}";
}
