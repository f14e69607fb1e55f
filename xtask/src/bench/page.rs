//! `docs/benchmarks.md`, of which each benchmark writes its own part.

use std::fs;

use anyhow::{Context as _, Result};

/// The page.
const PAGE: &str = "docs/benchmarks.md";

/// Puts a part in the place of the one with the same heading, or at the end.
pub(crate) fn put(part: &str) -> Result<()> {
    let page = fs::read_to_string(PAGE).unwrap_or_default();
    fs::write(PAGE, replaced(&page, part)).with_context(|| format!("cannot write `{PAGE}`"))
}

/// The page with this part; parts begin with a heading of the second rank, but
/// for the first.
fn replaced(page: &str, part: &str) -> String {
    let heading = |text: &str| text.lines().next().unwrap_or_default().to_owned();
    let mut parts: Vec<String> = page.split("\n## ").map(str::to_owned).collect();
    for later in parts.iter_mut().skip(1) {
        later.insert_str(0, "## ");
    }
    parts.retain(|one| !one.is_empty());
    match parts.iter_mut().find(|one| heading(one) == heading(part)) {
        Some(old) => part.clone_into(old),
        None => parts.push(part.to_owned()),
    }
    let parts: Vec<&str> = parts.iter().map(|one| one.trim_end()).collect();
    parts.join("\n\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_replaced_and_the_others_stay() {
        let page = replaced("", "# All\n\none\n");
        let page = replaced(&page, "## Two\n\ntwo\n");
        let page = replaced(&page, "## Three\n\nthree\n");
        assert_eq!(page, "# All\n\none\n\n## Two\n\ntwo\n\n## Three\n\nthree\n");
        let page = replaced(&page, "## Two\n\nother\n");
        let page = replaced(&page, "# All\n\nmore\n");
        assert_eq!(
            page,
            "# All\n\nmore\n\n## Two\n\nother\n\n## Three\n\nthree\n"
        );
    }
}
