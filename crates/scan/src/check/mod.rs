//! The checks: one a file, one page each.
//!
//! [`Check`] has a hook for each level, from general to specific; a check
//! overrides only those it needs. [`Check::text`] is called for a layer only
//! when one of the check's keywords is in it.

mod agent_config;
mod agent_prompt;
mod agent_run;
mod build_fetch;
mod commit_provenance;
mod context;
mod destructive_command;
mod exfiltration;
mod files;
mod gate_config;
mod hidden_text;
mod install_hook;
mod opaque_file;
mod out;
mod reason;
mod secret;
mod snippet;
mod weakened_probe;
mod workflow;

use crate::change::{Change, Commit, File, View};
use crate::dependency::{Dependencies, DependencyOptions};
use crate::needs::{Way, ways};
use crate::pattern::{Captures, Found, Pattern};
use crate::sieve::Sieve;
use crate::text::{Layer, Mapped, prose};
use std::cell::OnceCell;
use std::sync::LazyLock;

pub(crate) use files::is_sensitive;
pub(crate) use files::{Role, is_workflow, role};
pub(crate) use out::{Out, Report};
pub use reason::{CheckId, Reason};
pub(crate) use workflow::{Node, Value, node_within};

/// Decides whether a change, a file or a text is dangerous.
pub(crate) trait Check: Send + Sync {
    /// Its id, which names its page.
    fn id(&self) -> CheckId;

    /// Lower-case ASCII words of which one must be in a text (in any case) for
    /// [`Check::text`] to be called.
    fn keywords(&self) -> &'static [&'static str] {
        &[]
    }

    /// Whether [`Check::text`] is called for the words inside files that are no text, too.
    fn reads_binaries(&self) -> bool {
        false
    }

    /// Looks at a commit's metadata and what it touches.
    fn commit(&self, _commit: &Commit, _change: &Change, _out: &mut Out<'_>) {}

    /// Looks at all files of a change together.
    fn change(&self, _change: &Change, _out: &mut Out<'_>) {}

    /// Looks at a file's name, kind and bytes.
    fn file(&self, _file: &File, _out: &mut Out<'_>) {}

    /// Looks at one reading of a file's text.
    fn text(&self, _text: &Text<'_>, _out: &mut Out<'_>) {}
}

/// One reading of a file's text.
pub(crate) struct Text<'a> {
    pub(crate) file: &'a File,
    pub(crate) view: &'a View,
    pub(crate) layer: &'a Layer,
    prose: OnceCell<Mapped>,
    /// For each pattern of [`SIEVE`], whether it can match.
    possible: OnceCell<Vec<bool>>,
}

/// The words of the patterns that are looked for in whole texts.
static SIEVE: LazyLock<Sieve> = LazyLock::new(|| {
    let ways: Vec<Vec<Way>> = sifted().map(|pattern| ways(pattern.as_str())).collect();
    let ways = ways.iter().map(Vec::as_slice);
    Sieve::new(ways, |way| way.longest.unwrap_or(usize::MAX))
});

/// The patterns of [`SIEVE`], in its order.
fn sifted() -> impl Iterator<Item = &'static Pattern> {
    let lists = [
        snippet::SIFTED,
        build_fetch::SIFTED,
        destructive_command::SIFTED,
        exfiltration::SIFTED,
        secret::SIFTED,
    ];
    lists.into_iter().flatten().copied()
}

impl<'a> Text<'a> {
    pub(crate) fn new(file: &'a File, view: &'a View, layer: &'a Layer) -> Self {
        Self {
            file,
            view,
            layer,
            prose: OnceCell::new(),
            possible: OnceCell::new(),
        }
    }

    /// Whether a pattern can match in the text: its words are there, one after another.
    pub(crate) fn may(&self, pattern: &Pattern) -> bool {
        let place = sifted().position(|sifted| std::ptr::eq(sifted, pattern));
        debug_assert!(place.is_some(), "not sifted: {}", pattern.as_str());
        let possible = self.possible.get_or_init(|| SIEVE.possible(self.text()));
        place.is_none_or(|place| possible.get(place) != Some(&false))
    }

    /// Every match of a pattern in the text.
    pub(crate) fn find_iter(&self, pattern: &'static Pattern) -> impl Iterator<Item = Found<'a>> {
        let (text, is_possible) = (self.text(), self.may(pattern));
        let found = is_possible.then(|| pattern.find_iter(text));
        found.into_iter().flatten()
    }

    /// Every match of a pattern in the text, with its groups.
    pub(crate) fn captures_iter(
        &self,
        pattern: &'static Pattern,
    ) -> impl Iterator<Item = Captures<'a>> {
        let (text, is_possible) = (self.text(), self.may(pattern));
        let found = is_possible.then(|| pattern.captures_iter(text));
        found.into_iter().flatten()
    }

    /// The layer's text.
    pub(crate) fn text(&self) -> &'a str {
        self.layer.text.text()
    }

    /// The layer's text as one line of words, with places in the view.
    pub(crate) fn prose(&self) -> &Mapped {
        self.prose.get_or_init(|| prose(&self.layer.text))
    }

    /// Whether the layer is what was typed.
    pub(crate) fn is_plain(&self) -> bool {
        self.layer.via.is_empty()
    }
}

/// Every check; those of dependencies with what they are compared with.
pub(crate) fn all(dependencies: DependencyOptions) -> Vec<Box<dyn Check>> {
    vec![
        Box::new(agent_prompt::AgentPrompt),
        Box::new(agent_run::AgentRun),
        Box::new(agent_config::AgentConfig),
        Box::new(destructive_command::DestructiveCommand),
        Box::new(build_fetch::BuildFetch),
        Box::new(exfiltration::Exfiltration),
        Box::new(install_hook::InstallHook),
        Box::new(workflow::Workflows),
        Box::new(secret::Secrets),
        Box::new(hidden_text::HiddenText),
        Box::new(Dependencies::new(dependencies)),
        Box::new(opaque_file::OpaqueFile),
        Box::new(weakened_probe::WeakenedProbe),
        Box::new(commit_provenance::CommitProvenance),
        Box::new(gate_config::GateConfig),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sieve_keeps_every_text_that_a_pattern_matches() {
        let cases = [
            include_str!("../../tests/cases/evasions.txt"),
            include_str!("../../tests/cases/evasions-blind.txt"),
            include_str!("../../tests/cases/lookalikes.txt"),
            include_str!("../../tests/cases/lookalikes-blind.txt"),
        ];
        let (mut matches, mut sifted_out) = (0, 0);
        for case in cases.iter().flat_map(|cases| cases.split("\n@ ")) {
            for (pattern, is_possible) in sifted().zip(SIEVE.possible(case)) {
                let is_match = pattern.is_match(case);
                assert!(is_possible || !is_match, "{}: {case}", pattern.as_str());
                matches += usize::from(is_match);
                sifted_out += usize::from(!is_possible);
            }
        }
        assert!(
            matches > 100 && sifted_out > 1_000,
            "{matches}, {sifted_out}"
        );
    }
}
