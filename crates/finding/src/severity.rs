//! How bad, and how sure. Two axes, never mixed.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! ordered_words {
    ($name:ident { $($variant:ident => $word:literal),+ $(,)? }) => {
        impl $name {
            /// Every value, lowest first.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word used in every output and option.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.word())
            }
        }

        impl FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($word => Ok(Self::$variant),)+
                    other => Err(format!("`{other}` is none of {}", [$($word),+].join(", "))),
                }
            }
        }
    };
}

/// How bad it is if it is true. The names and order are Sigma's levels.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing, nothing to do.
    Informational,
    /// Unusual, harmless by itself.
    Low,
    /// To be looked at in working hours.
    Medium,
    /// To be looked at today.
    High,
    /// To be acted on now.
    Critical,
}

ordered_words!(Severity {
    Informational => "informational",
    Low => "low",
    Medium => "medium",
    High => "high",
    Critical => "critical",
});

/// How sure we are that it is true.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// One weak sign.
    Low,
    /// Signs that ordinary work rarely shows together.
    Medium,
    /// Ordinary work does not look like this.
    High,
}

ordered_words!(Confidence { Low => "low", Medium => "medium", High => "high" });

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_round_trip() {
        for severity in Severity::ALL {
            assert_eq!(severity.word().parse(), Ok(*severity));
        }
        assert!("urgent".parse::<Severity>().is_err());
        assert!(Severity::Critical > Severity::High);
    }
}
