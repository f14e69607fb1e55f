//! Names of an audit's values.

use gardefou_finding::{AuditFault, Certainty, Dependency, Goal, Untrusted};

use crate::catalogue::{Message, Pair, Say, Sentence, Word, pair};

macro_rules! words {
    ($type:ident { $($variant:ident = $en:literal | $fr:literal;)+ }) => {
        impl Word for $type {
            fn pair(self) -> Pair {
                match self { $(Self::$variant => pair($en, $fr)),+ }
            }
        }
    };
}

words!(Certainty {
    NoTarget = "no target today" | "pas de cible aujourd'hui";
    Depends = "depends on something unknown" | "dépend d'un inconnu";
    Proven = "proven" | "prouvé";
});

words!(Goal {
    Administrator = "everything" | "tout";
    Data = "a bucket" | "un compartiment";
});

words!(AuditFault {
    Unreadable = "cannot be opened or read" | "ne peut être ouvert ou lu";
    TooLarge = "too large" | "trop grand";
    BadUtf8 = "not UTF-8" | "pas de l'UTF-8";
    BadJson = "not JSON, or cut off" | "pas du JSON, ou coupé";
    BadCsv = "not a line of a credential report" | "pas une ligne de rapport d'identifiants";
    UnknownForm = "of no form that an audit reads" | "d'aucune forme lue par un audit";
    BadItem = "an item that lacks something" | "un élément incomplet";
    BadPolicy = "not a valid policy" | "pas une politique valable";
    UnknownPolicy = "a policy that is not known" | "une politique inconnue";
    Incomplete = "pages are missing" | "des pages manquent";
    Conflict = "twice, and not alike" | "deux fois, différemment";
    LimitReached = "a limit was reached" | "une limite est atteinte";
    BadHistory = "a part of the history that cannot be read" | "une partie illisible de l'historique";
    BadSuppression = "a suppression that is not valid" | "une suppression non valable";
});

/// What a path depends on.
pub(super) fn dependency(say: Say, one: &Dependency) -> Sentence {
    let (message, what) = match one {
        Dependency::ContextKey(what) => (Message::NeedsKey, what),
        Dependency::Policy(what) => (Message::NeedsPolicy, what),
        Dependency::NoTarget(what) => (Message::NeedsTarget, what),
        Dependency::NotListed(what) => (Message::NeedsList, what),
        Dependency::Identity(what) => (Message::NeedsIdentity, what),
        Dependency::LoginProfile(what) => (Message::NeedsLogin, what),
        Dependency::AccessKeys(what) => (Message::NeedsKeys, what),
        Dependency::OtherAccount(what) => (Message::NeedsOther, what),
        Dependency::Circumstance(what) => return circumstance(say, what),
    };
    say.fill(message, &[("what", Sentence::quote(what))])
}

fn circumstance(say: Say, what: &Untrusted) -> Sentence {
    let message = match what.as_str() {
        "agent" => Message::NeedsAgent,
        "running" => Message::NeedsRunning,
        "network" => Message::NeedsNetwork,
        "trigger" => Message::NeedsTrigger,
        "identity_center" => Message::NeedsIdentityCenter,
        _ => return Sentence::quote(what),
    };
    say.plain(message)
}
