//! Names of our enums' values.

use gardefou_finding::{
    BoundaryReason, Confidence, DoubtKind, FailureReason, InputForm, LinkKind, NoveltyKind,
    Outcome, Pricing, ResourceAction, ResourceState, Severity, SkipReason, Tactic,
};

use gardefou_iam::{Decision, Layer, Rule};

use super::{Pair, Say, pair};

/// A value that has a name in every language.
pub(crate) trait Word: Copy {
    /// Its name.
    fn pair(self) -> Pair;
}

impl Say {
    /// The name of a value.
    pub(crate) fn word(self, value: impl Word) -> String {
        value.pair().text(self.lang)
    }
}

macro_rules! words {
    ($type:ident { $($variant:ident = $en:literal | $fr:literal;)+ }) => {
        impl Word for $type {
            fn pair(self) -> Pair {
                match self { $(Self::$variant => pair($en, $fr)),+ }
            }
        }

        #[cfg(test)]
        impl tests::AllWords for $type {
            const ALL_WORDS: &'static [Self] = &[$(Self::$variant),+];
        }
    };
}

// Feminine in French: they stand after `gravité` and `confiance`.
words!(Severity {
    Informational = "informational" | "informative";
    Low = "low" | "faible";
    Medium = "medium" | "moyenne";
    High = "high" | "élevée";
    Critical = "critical" | "critique";
});

words!(Confidence {
    Low = "low" | "faible";
    Medium = "medium" | "moyenne";
    High = "high" | "élevée";
});

words!(Outcome {
    Succeeded = "succeeded" | "abouti";
    Denied = "denied" | "refusé";
    DryRun = "dry run" | "essai à blanc (dry run)";
    Throttled = "throttled" | "bridé (débit)";
    Failed = "failed" | "en erreur";
    Unknown = "unknown" | "inconnu";
});

words!(Decision {
    Allow = "allow" | "autorisé";
    ImplicitDeny = "implicit deny" | "refus implicite";
    ExplicitDeny = "explicit deny" | "refus explicite";
    Unknown = "unknown" | "inconnu";
});

words!(Layer {
    Identity = "identity policy" | "politique d'identité";
    Resource = "resource policy" | "politique de ressource";
    Boundary = "permissions boundary" | "limite d'autorisations";
    Session = "session policy" | "politique de session";
    ServiceControl = "service control policy" | "politique de contrôle des services";
    ResourceControl = "resource control policy" | "politique de contrôle des ressources";
    Endpoint = "endpoint policy" | "politique de point de terminaison";
});

words!(Rule {
    RootUser = "an account's root user may do all in its account"
        | "l'utilisateur racine peut tout dans son compte";
    RootCannotAssumeRole = "a root user cannot assume a role"
        | "un utilisateur racine ne peut pas endosser de rôle";
    CallerIdentity = "sts:GetCallerIdentity needs no permission"
        | "sts:GetCallerIdentity ne demande aucune autorisation";
    FederatedWithoutSessionPolicy = "a federated user without session policies has no permissions of its own"
        | "un utilisateur fédéré sans politique de session n'a pas d'autorisations propres";
});

words!(Tactic {
    Reconnaissance = "Reconnaissance" | "Reconnaissance";
    ResourceDevelopment = "Resource development" | "Préparation de ressources";
    InitialAccess = "Initial access" | "Accès initial";
    Execution = "Execution" | "Exécution";
    Persistence = "Persistence" | "Persistance";
    PrivilegeEscalation = "Privilege escalation" | "Élévation de privilèges";
    DefenseEvasion = "Defense evasion" | "Contournement des défenses";
    CredentialAccess = "Credential access" | "Accès aux identifiants";
    Discovery = "Discovery" | "Découverte";
    LateralMovement = "Lateral movement" | "Déplacement latéral";
    Collection = "Collection" | "Collecte";
    CommandAndControl = "Command and control" | "Commande et contrôle";
    Exfiltration = "Exfiltration" | "Exfiltration";
    Impact = "Impact" | "Impact";
});

words!(LinkKind {
    SamePrincipal = "another credential of the same principal" | "autre identifiant du même principal";
    AssumedRole = "role assumed" | "rôle endossé";
    SessionToken = "session token taken" | "jeton de session obtenu";
    FederationToken = "federation token taken" | "jeton de fédération obtenu";
    ConsoleSignIn = "signed in to the console" | "connexion à la console";
    CreatedKey = "access key created" | "clé d'accès créée";
    CreatedUser = "user created" | "utilisateur créé";
    CreatedLogin = "console password set" | "mot de passe de console posé";
    CreatedRole = "role created" | "rôle créé";
    ChangedTrust = "trust policy changed" | "politique de confiance modifiée";
    PassedRole = "role passed to a service" | "rôle confié à un service";
    ActsFor = "service acting for it" | "service agissant pour elle";
});

words!(NoveltyKind {
    Network = "network" | "réseau";
    Region = "region" | "région";
    Service = "service" | "service";
    UserAgent = "user agent" | "agent utilisateur";
    Action = "kind of action" | "type d'action";
});

words!(BoundaryReason {
    NewNetwork = "The line is drawn at this identity's first call from a network that it never used before."
        | "La limite passe au premier appel de cette identité depuis un réseau qu'elle n'avait jamais utilisé.";
    NewUserAgent = "The line is drawn at this identity's first call with a user agent that it never used before."
        | "La limite passe au premier appel de cette identité avec un agent utilisateur qu'elle n'avait jamais utilisé.";
    FirstCall = "The line is drawn at this identity's first call in the archive: there is nothing before it."
        | "La limite passe au premier appel de cette identité dans l'archive : il n'y a rien avant.";
    FirstFinding = "The line is drawn at the first suspicious call; what came before does not differ from this identity's habits."
        | "La limite passe au premier appel suspect ; ce qui précède ne diffère pas des habitudes de cette identité.";
});

words!(ResourceAction {
    Created = "created" | "création";
    Changed = "changed" | "modification";
    Deleted = "deleted" | "suppression";
    Used = "used" | "utilisation";
});

words!(ResourceState {
    Active = "active" | "en service";
    Stopped = "stopped" | "à l'arrêt";
    Deleted = "gone" | "n'existe plus";
    Unknown = "state unknown" | "état inconnu";
});

words!(Pricing {
    OnDemand = "on demand" | "à la demande";
    Spot = "spot" | "spot";
});

words!(InputForm {
    Records = "CloudTrail file" | "fichier CloudTrail";
    Ndjson = "records in a row" | "enregistrements à la suite";
    Array = "JSON array" | "tableau JSON";
    LookupEvents = "lookup-events output" | "sortie de lookup-events";
    EventBridge = "EventBridge envelopes" | "enveloppes EventBridge";
    Sqs = "SQS messages" | "messages SQS";
    Sns = "SNS notifications" | "notifications SNS";
    CloudWatchLogs = "CloudWatch Logs" | "CloudWatch Logs";
    Digest = "digest file" | "fichier d'empreintes";
    Insight = "Insights file" | "fichier Insights";
});

words!(SkipReason {
    DigestFile = "digest file, no events in it" | "fichier d'empreintes, sans événement";
    InsightRecord = "Insights record, a statistic and not an event" | "enregistrement Insights, statistique et non événement";
    DuplicateDelivery = "same event delivered again" | "même événement livré de nouveau";
    DeliveryNotification = "notification that only points to files" | "notification qui ne fait que désigner des fichiers";
    OutsideTimeRange = "outside the time asked for" | "hors de la période demandée";
    OutsideSelection = "account or region not asked for" | "compte ou région non demandés";
    SameFile = "same file reached by another path" | "même fichier atteint par un autre chemin";
    EmptyFile = "empty file" | "fichier vide";
});

words!(FailureReason {
    Unreadable = "cannot be opened or read" | "ne peut être ouvert ou lu";
    TruncatedCompression = "compressed data ends too early" | "données compressées tronquées";
    CorruptCompression = "compressed data is damaged" | "données compressées abîmées";
    TrailingBytes = "bytes after the compressed data" | "octets après les données compressées";
    InflatedTooLarge = "inflates beyond the size limit" | "dépasse la taille permise une fois décompressé";
    RatioTooHigh = "inflates beyond the ratio limit" | "dépasse le taux de compression permis";
    BadJson = "not JSON" | "pas du JSON";
    TruncatedJson = "JSON ends too early" | "JSON tronqué";
    BadUtf8 = "not UTF-8" | "pas de l'UTF-8";
    TooDeep = "nested too deep" | "imbrication trop profonde";
    RecordTooLarge = "record too large" | "enregistrement trop gros";
    DuplicateKey = "same key twice in an object" | "même clé deux fois dans un objet";
    MissingField = "required field missing" | "champ obligatoire absent";
    WrongType = "field of the wrong type" | "champ d'un mauvais type";
    BadTime = "event time is not a time" | "heure d'événement invalide";
    NotCloudTrail = "not CloudTrail" | "pas du CloudTrail";
    LimitReached = "limit reached, counted but not judged" | "limite atteinte, compté mais non jugé";
});

words!(DoubtKind {
    EverythingDeleted = "everything deleted" | "tout est supprimé";
    NoDigest = "logs without any digest" | "journaux sans aucune empreinte";
    StartNotCovered = "start not covered" | "début non couvert";
    EndNotCovered = "end not covered" | "fin non couverte";
    DigestDeletedAtTail = "digests deleted at the tail" | "empreintes supprimées à la fin";
    DigestMissing = "digest missing" | "empreinte absente";
    ChainRestarted = "chain restarted" | "chaîne recommencée";
    PreviousElsewhere = "another predecessor named" | "autre prédécesseur nommé";
    PreviousHashMismatch = "predecessor's hash differs" | "empreinte du prédécesseur différente";
    PreviousSignatureMismatch = "predecessor's signature differs" | "signature du prédécesseur différente";
    HourGap = "gap between digests" | "trou entre empreintes";
    HourOverlap = "digests overlap" | "empreintes qui se recouvrent";
    SignatureInvalid = "signature invalid" | "signature invalide";
    SignatureMissing = "signature not known" | "signature inconnue";
    KeyUnknown = "key unknown" | "clé inconnue";
    KeyOutsideValidity = "key outside its validity" | "clé hors de sa validité";
    DigestMoved = "digest not in its own place" | "empreinte hors de sa place";
    DigestUnparsable = "not a digest" | "pas une empreinte";
    LogMissing = "log missing" | "journal absent";
    LogModified = "log modified" | "journal modifié";
    LogUnlisted = "log that no digest lists" | "journal qu'aucune empreinte ne cite";
    LogUndigested = "log of a time without digest" | "journal d'une période sans empreinte";
    Unread = "could not be read" | "n'a pas pu être lu";
});

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::catalogue::Lang;

    /// Every value of an enum that has words.
    pub(crate) trait AllWords: Word + 'static {
        const ALL_WORDS: &'static [Self];
    }

    fn texts<T: AllWords>() -> Vec<(String, String)> {
        T::ALL_WORDS
            .iter()
            .map(|value| (value.pair().text(Lang::En), value.pair().text(Lang::Fr)))
            .collect()
    }

    fn distinct<T: AllWords>() {
        let texts = texts::<T>();
        for (index, (en, fr)) in texts.iter().enumerate() {
            assert!(!en.is_empty() && !fr.is_empty());
            for (other_en, other_fr) in texts.iter().skip(index + 1) {
                assert_ne!(en, other_en);
                assert_ne!(fr, other_fr);
            }
        }
    }

    #[test]
    fn no_two_values_share_a_name() {
        distinct::<Severity>();
        distinct::<Confidence>();
        distinct::<Outcome>();
        distinct::<Decision>();
        distinct::<Layer>();
        distinct::<Rule>();
        distinct::<Tactic>();
        distinct::<LinkKind>();
        distinct::<NoveltyKind>();
        distinct::<BoundaryReason>();
        distinct::<ResourceAction>();
        distinct::<ResourceState>();
        distinct::<Pricing>();
        distinct::<InputForm>();
        distinct::<SkipReason>();
        distinct::<FailureReason>();
        distinct::<DoubtKind>();
    }
}
