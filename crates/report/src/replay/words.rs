//! Names of a replay's values.

use gardefou_finding::WhyUnmapped;

use crate::catalogue::{Pair, Word, pair};

impl Word for WhyUnmapped {
    fn pair(self) -> Pair {
        match self {
            Self::NotARequest => pair(
                "no request that IAM decides",
                "pas une demande que tranche IAM",
            ),
            Self::UnknownService => pair("unknown service", "service inconnu"),
            Self::UnknownCall => pair("unknown call", "appel inconnu"),
            Self::NoPrincipal => pair("nobody named", "personne de nommé"),
        }
    }
}
