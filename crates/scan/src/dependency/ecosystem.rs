//! The ecosystems whose packages are read and compared, named as OSV names them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An ecosystem of packages, by the name that OSV gives it
/// (<https://ossf.github.io/osv-schema/#affectedpackage-field>).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub enum Ecosystem {
    /// npm's registry, whichever of npm, pnpm and yarn locks it.
    #[serde(rename = "npm")]
    Npm,
    /// The Python Package Index.
    #[serde(rename = "PyPI")]
    PyPi,
    /// Cargo's registry.
    #[serde(rename = "crates.io")]
    Cargo,
    /// Go modules.
    #[serde(rename = "Go")]
    Go,
    /// Maven's repositories, for Gradle too.
    #[serde(rename = "Maven")]
    Maven,
    /// Composer's packages.
    #[serde(rename = "Packagist")]
    Packagist,
    /// Ruby's gems.
    #[serde(rename = "RubyGems")]
    RubyGems,
    /// .NET's packages.
    #[serde(rename = "NuGet")]
    NuGet,
    /// Actions of GitHub's workflows.
    #[serde(rename = "GitHub Actions")]
    Actions,
}

impl Ecosystem {
    /// Every ecosystem.
    pub const ALL: &'static [Self] = &[
        Self::Npm,
        Self::PyPi,
        Self::Cargo,
        Self::Go,
        Self::Maven,
        Self::Packagist,
        Self::RubyGems,
        Self::NuGet,
        Self::Actions,
    ];

    /// OSV's name.
    pub fn word(self) -> &'static str {
        match self {
            Self::Npm => "npm",
            Self::PyPi => "PyPI",
            Self::Cargo => "crates.io",
            Self::Go => "Go",
            Self::Maven => "Maven",
            Self::Packagist => "Packagist",
            Self::RubyGems => "RubyGems",
            Self::NuGet => "NuGet",
            Self::Actions => "GitHub Actions",
        }
    }

    /// The ecosystem of OSV's name, which may have a suffix after a colon
    /// (`Maven:https://…` is another repository than Maven Central).
    pub fn of_word(word: &str) -> Option<Self> {
        let head = word.split_once(':').map_or(word, |(head, _)| head);
        let found = Self::ALL.iter().find(|one| one.word() == head);
        found.copied()
    }

    /// The form of a name in which two spellings of one package are equal.
    pub fn normal(self, name: &str) -> String {
        match self {
            Self::PyPi => pep503(name),
            Self::NuGet | Self::Packagist | Self::Actions => name.to_ascii_lowercase(),
            Self::Npm | Self::Cargo | Self::Go | Self::Maven | Self::RubyGems => name.to_owned(),
        }
    }
}

/// A name as PEP 503 normalises it: runs of `-`, `_` and `.` are one `-`.
fn pep503(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    for c in name.chars() {
        if !matches!(c, '-' | '_' | '.') {
            normal.push(c.to_ascii_lowercase());
        } else if !normal.ends_with('-') {
            normal.push('-');
        }
    }
    normal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_package_are_equal() {
        assert_eq!(Ecosystem::PyPi.normal("Foo._-Bar"), "foo-bar");
        assert_eq!(
            Ecosystem::NuGet.normal("Newtonsoft.Json"),
            "newtonsoft.json"
        );
        assert_eq!(Ecosystem::Go.normal("github.com/A/b"), "github.com/A/b");
    }

    #[test]
    fn words_are_osvs() {
        for ecosystem in Ecosystem::ALL {
            assert_eq!(Ecosystem::of_word(ecosystem.word()), Some(*ecosystem));
        }
        assert_eq!(
            Ecosystem::of_word("Maven:https://x"),
            Some(Ecosystem::Maven)
        );
        assert_eq!(Ecosystem::of_word("Debian:12"), None);
    }
}
