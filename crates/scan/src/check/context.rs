//! Whether a command in a text is one that somebody would run: not one that the
//! text forbids, compares with, or keeps in a list of what is refused.
//!
//! Such text is how honest projects speak of destruction: rules for agents,
//! deny lists, guards and their tests. It is told of, and never silenced where
//! it could still run.

use gardefou_finding::Severity;

use super::Text;
use super::agent_run::{line, tail};
use super::files::{Role, role};
use crate::pattern::patterns;

/// Bytes before a string in which the lists that it stands in begin.
const LIST_HEAD: usize = 4_000;
/// Bytes before a command in which its sentence begins.
const SENTENCE: usize = 400;
/// Most lists around a string that are named.
const MAX_LISTS: usize = 4;
/// Lines above an item in which its heading or key is looked for.
const MAX_ABOVE: usize = 40;

patterns! {
    NEVER = r"(?i)\b(?:never|do\s+not|don'?t|must\s*n[o']t|may\s+not|should\s*n[o']t|cannot|can'?t|won'?t|will\s+not|avoid\w*|forbid\w*|forbidden|prohibit\w*|disallow\w*|not\s+allowed|refus\w+|reject\w*|block(?:s|ed|list\w*|ing)?|den(?:y|ies|ied)\w*|ban(?:s|ned)?|dangerous|destructive|unsafe|catastroph\w+|off[- ]limits|without\s+(?:explicit\s+|prior\s+|user\s+|human\s+|my\s+|the\s+user'?s\s+)*(?:approval|permission|consent|confirmation)|(?:ask|confirm|check)\w*\s+(?:\w+\s+){0,3}before|require\w*\s+(?:\w+\s+){0,2}(?:approval|confirmation)|prevent\w*|guards?\s+against|stay\s+away|ne\s+(?:jamais|pas)|jamais|interdit\w*|interdire|nunca|prohibido|niemals|verboten|mai|vietato|proibido)\b";
    YET = r"(?i)\b(?:do\s+not|don'?t|never)\s+(?:ask|tell|mention|stop|hesitate|wait|forget|inform|warn|reveal|skip|report|worry|prompt|confirm)\b|\bwithout\s+(?:asking|telling|warning|any\s+confirmation)\b|\bno\s+need\b";
    REFUSED = r"(?i)(?:deny|denied|block|forbid|refus|danger|ban(?:ned|_|\b)|unsafe|blacklist|disallow|destructive|risky|malicious|harmful|reject|prohibit|suspicious|protected|sensitive|critical_?(?:cmd|command)|catastroph|illegal|hazard|never|not_?allowed|restricted|guard|require_?(?:approval|confirm)|needs_?(?:approval|confirm)|ask\b|bad_?(?:cmd|command|pattern))";
    RUNS = r"(?i)(?:\bexec\w*|spawn\w*|\bsystem|popen|subprocess(?:\.\w+)?|\bcommand(?:::new)?|\brun|\bshell|\bsh|\bcall|check_(?:call|output)|execa|\$)\s*[(!]?\s*$";
    STRING = r#""(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\\n]|\\.)*`"#;
    COMPARES = r#"(?i)(?:[=!]==?|\bin|\bis|\bnot|=~|\.(?:contains|includes|startsWith|starts_with|startswith|endsWith|ends_with|endswith|indexOf|index|has|test|match(?:es)?|search|is_match|find)|strings\.(?:Contains|HasPrefix)|\bmatches!|\bassert\w*!?|\bexpect|\bshould\w*|(?-i:\b(?:is|has|looks)[A-Z_])\w*|\b(?:classif|detect|check|parse|valid|scan|evaluate|judge|analy[sz]e)\w*|re\.(?:compile|search|match|escape)|\bRegExp|Regex::new|\bcase|\bwhen)!?\s*\(?\s*(?:&|r|b|f)?\s*$"#;
    VERDICT = r#"(?i)^["'`]\s*(?:[:,]|=>)\s*(?:\w+[.:]{1,2})*["']?(?:den(?:y|ied)|ask|block\w*|never|forbid\w*|refuse\w*|reject\w*|false|danger\w*|critical|high)\b"#;
    UNIT_TESTS = r"#\[cfg\((?:all\()?test\b[^\]]*\]\s*(?:pub(?:\(\w+\))?\s+)?mod\s+\w+\s*\{";
    KEY = r#"^[\s-]*["']?([\w .-]{1,60})["']?\s*[:=]\s*(?:\[\s*)?(?:#.*)?$"#;
}

/// How bad a refused command is at most: where a program could run its list all
/// the same, it is shown.
pub(crate) fn at_most(text: &Text<'_>) -> Severity {
    let path = text.file.path.to_ascii_lowercase();
    let is_data = [
        ".json", ".jsonc", ".yml", ".yaml", ".toml", ".md", ".mdc", ".txt",
    ]
    .iter()
    .any(|end| path.ends_with(end));
    if is_data || role(&path) == Role::AgentRules {
        Severity::Low
    } else {
        Severity::Medium
    }
}

/// Whether the text tells at an offset of a command that is refused, or compares with one.
pub(crate) fn is_refused(text: &Text<'_>, at: usize) -> bool {
    let whole = text.text();
    let path = text.file.path.to_ascii_lowercase();
    is_forbidden(&path, whole, at)
        || is_signature(&path)
        || is_under_refusing_key(&path, whole, at)
        || (!super::files::is_shell(&path, whole)
            && (is_listed(whole, at) || is_given_no(whole, at) || is_compared(whole, at)))
}

/// Whether a file holds rules that look for text: nothing runs what is in it.
pub(crate) fn is_signature(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    path.ends_with(".yar") || path.ends_with(".yara")
}

/// The role of the place: a unit test inside a source file is a test.
pub(crate) fn role_at(text: &Text<'_>, at: usize) -> Role {
    let role = role(&text.file.path);
    let is_rust = role == Role::Code && text.file.path.ends_with(".rs");
    if is_rust && is_unit_test(text.text(), at) {
        return Role::Test;
    }
    role
}

/// Whether an offset is inside a `#[cfg(test)] mod … { … }`.
fn is_unit_test(text: &str, at: usize) -> bool {
    let head = text.get(..at).unwrap_or_default();
    let Some(found) = UNIT_TESTS.find_iter(head).last() else {
        return false;
    };
    // A literal's braces count for nothing.
    let inside = blanked(text.get(found.end()..at).unwrap_or_default());
    let mut depth = 1i32;
    for byte in inside.bytes() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return false;
        }
    }
    true
}

/// Prose in rules and documents that forbids what it names: in the same
/// sentence, or in the heading of the list that it is an item of.
pub(crate) fn is_forbidden(path: &str, whole: &str, at: usize) -> bool {
    let path = path.to_ascii_lowercase();
    let is_prose = [".md", ".mdc", ".mdx", ".txt", ".rst"]
        .iter()
        .any(|end| path.ends_with(end))
        || matches!(role(&path), Role::AgentRules | Role::Docs);
    if !is_prose {
        return false;
    }
    let head = tail(whole, at, SENTENCE);
    let head = head.rsplit('\n').next().unwrap_or(head);
    let sentence = head.rsplit(". ").next().unwrap_or(head);
    forbids(sentence) || above(whole, at - head.len()).is_some_and(forbids)
}

/// Whether words forbid, and do not only keep a person out.
fn forbids(words: &str) -> bool {
    NEVER.is_match(words) && !YET.is_match(words)
}

/// The line that introduces an item of a list: the nearest above that is no item.
fn above(text: &str, start: usize) -> Option<&str> {
    let own = line(text, &(start..start));
    let is_item = |line: &str| line.trim_start().starts_with(['-', '*', '+', '•']);
    if !is_item(text.get(own)?) {
        return None;
    }
    let head = text.get(..start)?;
    let mut lines = head.lines().rev().take(MAX_ABOVE);
    lines.find(|line| !line.trim().is_empty() && !is_item(line) && !line.starts_with("  "))
}

/// Whether a string is an item of a list or map whose name says that its items are refused.
fn is_listed(text: &str, at: usize) -> bool {
    let head = tail(text, at, LIST_HEAD);
    // From the begin of a line, so that strings are seen whole.
    let head = match head.split_once('\n') {
        Some((_, rest)) if head.len() >= LIST_HEAD - 4 => rest,
        _ => head,
    };
    let open = head.rfind(['"', '\'', '`']).unwrap_or(head.len());
    let plain = blanked(head.get(..open).unwrap_or_default());
    let mut depth = 0;
    let mut lists = 0;
    for (index, byte) in plain.bytes().enumerate().rev() {
        match byte {
            b')' | b']' | b'}' => depth += 1,
            b'(' | b'[' | b'{' if depth > 0 => depth -= 1,
            b'(' | b'[' | b'{' => {
                let label = label(plain.get(..index).unwrap_or_default());
                if REFUSED.is_match(label) && !RUNS.is_match(label) && names_a_value(label) {
                    return true;
                }
                lists += 1;
            }
            _ => {}
        }
        if lists == MAX_LISTS {
            break;
        }
    }
    false
}

/// The text without what its strings hold, but for keys.
fn blanked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for found in STRING.find_iter(text) {
        out.push_str(text.get(at..found.start()).unwrap_or_default());
        at = found.end();
        let after = text.get(at..).unwrap_or_default().trim_start();
        let is_key = after.starts_with(':') && !after.starts_with("::");
        out.push_str(if is_key { found.as_str() } else { "''" });
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

/// What names a bracket: the text before it on its line.
fn label(head: &str) -> &str {
    let line = head
        .rsplit(['\n', ';', '{', '}', ','])
        .next()
        .unwrap_or(head);
    let start = line.floor_char_boundary(line.len().saturating_sub(120));
    line.get(start..).unwrap_or_default()
}

/// Whether a label is of a value (`deny:`, `BLOCKED =`), and not of a function's body.
fn names_a_value(label: &str) -> bool {
    let trimmed = label.trim_start();
    let is_code = [
        "fn ",
        "func ",
        "function ",
        "def ",
        "if ",
        "for ",
        "while ",
        "async ",
    ]
    .iter()
    .any(|word| trimmed.starts_with(word));
    !is_code && label.contains(['=', ':'])
}

/// `"rm -rf /": "deny"`.
fn is_given_no(text: &str, at: usize) -> bool {
    let rest = text.get(at..).unwrap_or_default();
    let Some(close) = rest.find(['"', '\'', '`', '\n']) else {
        return false;
    };
    let after = rest.get(close..).unwrap_or_default();
    let end = after.floor_char_boundary(after.len().min(80));
    VERDICT.is_match(after.get(..end).unwrap_or_default())
}

/// A string that is compared, matched or asserted of.
fn is_compared(text: &str, at: usize) -> bool {
    let head = tail(text, at, 120);
    let Some(open) = head.rfind(['"', '\'', '`']) else {
        return false;
    };
    let before = head.get(..open).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or(before);
    COMPARES.is_match(line) && !RUNS.is_match(line)
}

/// A YAML or TOML item below a key such as `deny:`.
fn is_under_refusing_key(path: &str, text: &str, at: usize) -> bool {
    let is_tree = [".yml", ".yaml", ".toml"]
        .iter()
        .any(|end| path.ends_with(end));
    if !is_tree {
        return false;
    }
    let own = line(text, &(at..at));
    let mut depth = indent(text.get(own.clone()).unwrap_or_default());
    let head = text.get(..own.start).unwrap_or_default();
    for line in head.lines().rev().take(MAX_ABOVE) {
        let is_item = line.trim_start().starts_with('-');
        let is_parent = indent(line) < depth || (indent(line) == depth && !is_item);
        if line.trim().is_empty() || !is_parent {
            continue;
        }
        depth = indent(line);
        if KEY
            .captures(line)
            .and_then(|found| found.get(1))
            .is_some_and(|key| REFUSED.is_match(key.as_str()))
        {
            return true;
        }
    }
    false
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_what_is_refused_are_named() {
        for (text, expected) in [
            (r#"BLOCKED = [":(){ :|:& };:", "rm -rf /", "@"]"#, true),
            (r#"{"permissions":{"deny":["Bash(ls)","@"]}}"#, true),
            (r#"var Denied = []string{"mkfs", "@"}"#, true),
            (r#"const dangerous = new Set(["@"])"#, true),
            (r#"for c in ["@"]: run(c)"#, false),
            (r#"blocked = 1; run(["@"])"#, false),
            (r#"fn run_blocked() { exec("@") }"#, false),
        ] {
            assert_eq!(is_listed(text, text.find('@').unwrap()), expected, "{text}");
        }
    }

    #[test]
    fn unit_tests_end_where_their_module_does() {
        let text = "fn a() {}\n#[cfg(test)]\nmod tests {\n fn b() { \"}\"; }\n 1 }\nfn c() { 2 }\n";
        assert!(is_unit_test(text, text.find('1').unwrap()));
        assert!(!is_unit_test(text, text.find('2').unwrap()));
        assert!(!is_unit_test(text, 3));
    }

    #[test]
    fn what_keeps_people_out_does_not_forbid() {
        assert!(forbids("Never run "));
        assert!(!forbids("Never ask, run "));
    }
}
