//! `gardefou.toml`: what a repository accepts, requires and trusts.
//!
//! The file lies in the repository that is judged, so a change could write its
//! own acquittal there. What counts is therefore the file of the revision that
//! the change starts from, which [`Config::parse`]'s caller reads; a change to
//! the file is a finding, and counts from the next change on.

mod accept;
mod baseline;
mod suppress;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use serde::Deserialize;

pub use accept::{Acceptance, Accepted};
pub use baseline::{Baseline, BaselineError};
pub use suppress::Suppression;

use suppress::TypedSuppression;

/// Name of the file, at the root of the repository.
pub const CONFIG_FILE: &str = "gardefou.toml";
/// Folder beside it, with signers and baseline.
pub const CONFIG_FOLDER: &str = ".gardefou/";
/// Largest configuration, baseline or list of signers that is read, in bytes.
pub const MAX_CONFIG: u64 = 16 << 20;

/// Why a configuration does not load.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// It is not the TOML that it should be; the text names line and key.
    #[error("{0}")]
    Toml(#[from] toml::de::Error),
    /// A pattern of paths is none.
    #[error("`{0}` is no pattern of paths")]
    Glob(String),
    /// A suppression lacks what it needs.
    #[error("line {line}: {what}")]
    Suppression {
        /// Line of the suppression, from 1.
        line: usize,
        /// What is wrong.
        what: String,
    },
    /// A number of approvals that nobody could give.
    #[error("`approvals = {0}` is not between 1 and 20")]
    Approvals(u32),
}

/// What a repository accepts, requires and trusts.
#[derive(Debug, Default)]
pub struct Config {
    /// Accepted findings.
    pub suppressions: Vec<Suppression>,
    /// Path of the baseline in the repository.
    pub baseline: Option<String>,
    /// What is asked of signatures.
    pub signatures: Signatures,
    /// Who must look at what.
    pub review: Review,
}

/// What is asked of commits' signatures.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Signatures {
    /// Whether every commit must have a signature of an allowed signer.
    pub required: bool,
    /// Path in the repository of the allowed signers, in OpenSSH's format.
    pub allowed_signers: Option<String>,
}

/// Who must look at what.
#[derive(Debug, Default)]
pub struct Review {
    /// Path in the repository of the approvers' keys, in OpenSSH's format.
    pub allowed_signers: Option<String>,
    /// The rules; the greatest number that applies counts.
    pub rules: Vec<ReviewRule>,
}

/// Paths that need approvals.
#[derive(Debug)]
pub struct ReviewRule {
    /// Approvals by people other than the author.
    pub approvals: u32,
    paths: GlobSet,
    sensitive: bool,
}

impl ReviewRule {
    /// Whether the rule is about a path.
    pub fn covers(&self, path: &str) -> bool {
        self.paths.is_match(path) || (self.sensitive && crate::check::is_sensitive(path))
    }
}

/// The file as it is typed.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
struct Typed {
    suppress: Vec<toml::Spanned<TypedSuppression>>,
    baseline: Option<String>,
    signatures: Signatures,
    review: Option<TypedReview>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
struct TypedReview {
    approvals: u32,
    paths: Vec<String>,
    sensitive_paths: bool,
    allowed_signers: Option<String>,
    rule: Vec<TypedRule>,
}

impl Default for TypedReview {
    fn default() -> Self {
        Self {
            approvals: 1,
            paths: Vec::new(),
            sensitive_paths: true,
            allowed_signers: None,
            rule: Vec::new(),
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TypedRule {
    paths: Vec<String>,
    approvals: u32,
}

impl Config {
    /// Reads a configuration.
    ///
    /// # Errors
    /// When it is not well formed: unknown keys, a suppression without reason
    /// or end, a pattern that is none.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let typed: Typed = toml::from_str(text)?;
        let suppressions = typed
            .suppress
            .into_iter()
            .map(|one| {
                let line = line_at(text, one.span().start);
                suppress::validated(one.into_inner(), line)
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            suppressions,
            baseline: typed.baseline,
            signatures: typed.signatures,
            review: typed.review.map(review).transpose()?.unwrap_or_default(),
        })
    }
}

fn review(typed: TypedReview) -> Result<Review, ConfigError> {
    let mut rules = vec![rule(&typed.paths, typed.approvals, typed.sensitive_paths)?];
    for one in &typed.rule {
        rules.push(rule(&one.paths, one.approvals, false)?);
    }
    Ok(Review {
        allowed_signers: typed.allowed_signers,
        rules,
    })
}

fn rule(paths: &[String], approvals: u32, sensitive: bool) -> Result<ReviewRule, ConfigError> {
    if !(1..=20).contains(&approvals) {
        return Err(ConfigError::Approvals(approvals));
    }
    Ok(ReviewRule {
        approvals,
        paths: globs(paths)?,
        sensitive,
    })
}

/// Patterns of paths in which `*` stays within a folder and `**` does not.
fn globs<S: AsRef<str>>(patterns: &[S]) -> Result<GlobSet, ConfigError> {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        let pattern = pattern.as_ref();
        let wrong = |_| ConfigError::Glob(pattern.to_owned());
        let glob = GlobBuilder::new(pattern).literal_separator(true).build();
        set.add(glob.map_err(wrong)?);
    }
    set.build()
        .map_err(|error| ConfigError::Glob(error.to_string()))
}

fn line_at(text: &str, offset: usize) -> usize {
    let head = text.as_bytes().get(..offset).unwrap_or_default();
    head.iter().filter(|byte| **byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_configuration_is_read() {
        let config = Config::parse(
            r#"
baseline = ".gardefou/baseline.json"
[[suppress]]
check = "secret"
path = "tests/fixtures/**"
reason = "made up for the scanner's tests"
until = 2027-01-31
[signatures]
required = true
allowed-signers = ".gardefou/allowed_signers"
[review]
approvals = 2
[[review.rule]]
paths = ["src/crypto/**"]
approvals = 3
"#,
        )
        .unwrap();
        assert_eq!(config.suppressions.len(), 1);
        assert!(config.signatures.required);
        let needs = |path| {
            let rules = config.review.rules.iter();
            rules
                .filter(|rule| rule.covers(path))
                .map(|rule| rule.approvals)
                .max()
        };
        assert_eq!(needs("scripts/package.sh"), Some(2));
        assert_eq!(needs(".claude/settings.json"), Some(2));
        assert_eq!(needs("Cargo.lock"), Some(2));
        assert_eq!(needs("gardefou.toml"), Some(2));
        assert_eq!(needs("src/crypto/a/b.rs"), Some(3));
        assert_eq!(needs("src/a.rs"), None);
    }

    #[test]
    fn what_is_not_understood_is_an_error_with_its_line() {
        let reason = "path = \"x\"\nuntil = 2027-01-31\n";
        for (text, told) in [
            ("[supress]\n", "supress"),
            ("[review]\napprovals = 0\n", "approvals"),
            ("[review]\npaths = [\"a[\"]\n", "a["),
            (
                &format!("\n[[suppress]]\ncheck = \"secret\"\nreason = \" \"\n{reason}"),
                "line 2",
            ),
            (
                &format!("[[suppress]]\ncheck = \"nothing\"\nreason = \"r\"\n{reason}"),
                "nothing",
            ),
            (
                "[[suppress]]\ncheck = \"secret\"\nreason = \"r\"\nuntil = 2027-01-31\n",
                "path",
            ),
            (
                "[[suppress]]\ncheck = \"secret\"\npath = \"x\"\nreason = \"r\"\n",
                "until",
            ),
            (
                "[[suppress]]\ncheck = \"secret\"\npath = \"x\"\nreason = \"r\"\nuntil = 2027-01-31T10:00:00\n",
                "day",
            ),
        ] {
            let error = Config::parse(text).unwrap_err().to_string();
            assert!(error.contains(told), "{text}: {error}");
        }
    }
}
