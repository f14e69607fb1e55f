//! The parts of a text that a shell would run: lines of scripts, strings and
//! lists of arguments in code.

use std::ops::Range;

use super::super::Text;
use super::super::agent_run::line;
use super::super::files::{is_build, is_shell};
use crate::pattern::patterns;
use crate::shell::Values;

/// Most snippets of one text.
const MAX_SNIPPETS: usize = 3_000;
/// Longest snippet, in bytes.
const MAX_LENGTH: usize = 8_000;

patterns! {
    // The names that begin what may destroy.
    VERB = r#"(?m)\brm\b|\brimraf\b|\bfind\b[^\n]{0,200}-(?:delete|exec)|\bmkfs|\bdd\s+(?:if|of|bs)=|\bshred\b|\bwipefs\b|>\s*/dev/(?:sd|nvme|hd|disk)|\bdiskutil\b|\bvssadmin\b|(?i:\bremove-item\b|\bri\s+(?:-r|~|\$))|\btar\b[^\n]{0,60}--remove-files|\brsync\b[^\n]{0,120}--delete|\brd\s+/s|\brmdir\s+/s|\bdel\s+/|\bcipher\s+/w|\bformat\s+[a-zA-Z]:|:\(\)\s*\{|\bchmod\s+-R|\bmv\s+[^\n]{0,60}/dev/null|\baws\b|\bgcloud\b|\baz\b|\bterraform\b|\btofu\b|\bterragrunt\b|\bpulumi\b|\bcdk\s+destroy|\bkubectl\b|\beksctl\b|\bgsutil\b|\bdoctl\b|=['"]?rm\b|\$\{?IFS|\br['"\\]+m\b|\$'"#;
    LIST = r#"["'`](?:sudo|rm|find|dd|shred|aws|gcloud|az|terraform|kubectl|bash|sh|cmd|powershell|mkfs\.\w+)["'`]\s*,\s*[^;{}]{0,600}?[\])]"#;
    ASSIGN = r#"(?m)^\s*(?:export\s+|local\s+|readonly\s+|set\s+)?([A-Za-z_][A-Za-z0-9_]*)=(?:"([^"\n$`]*)"|'([^'\n]*)'|([^\s"'`$;&|()]*))\s*(?:;|&&|$)"#;
    HOME = r#"(?:os\.)?homedir\(\)|os\.path\.expanduser\(\s*["']~/?["']\s*\)|process\.env\.(?:HOME|USERPROFILE)|(?:str\()?Path\.home\(\)\)?|os\.environ\[["']HOME["']\]|os\.Getenv\("HOME"\)|Dir\.home|ENV\[["']HOME["']\]|getenv\(["']HOME["']\)"#;
    REFUSED = r#"(?i)\b\w*(?:deny|denied|block|forbid|refus|danger|banned|unsafe|blacklist|disallow|destructive|risky|malicious|harmful)\w*\b[^\n=(){};]{0,60}(?:=|:|=>)\s*(?:&|new\s+Set\(|frozenset\(|set\(|vec!)?\s*[\[{(][^\]})]*$"#;
}

/// Characters before a string in which the list that it stands in begins.
const LIST_HEAD: usize = 600;

/// Whether a string is an item of a list whose name says that its items are refused.
pub(super) fn is_list_of_refused(text: &str, at: usize) -> bool {
    let head = super::super::agent_run::tail(text, at, LIST_HEAD);
    REFUSED.is_match(head)
}

/// A part of a text that a shell would run.
pub(super) struct Snippet {
    pub(super) text: String,
    pub(super) range: Range<usize>,
}

/// Names that scripts set, with what they hold.
pub(super) fn values(text: &str) -> Values {
    let mut values = Values::new();
    for found in ASSIGN.captures_iter(text).take(500) {
        let value = (2..=4).find_map(|index| found.get(index));
        if let (Some(name), Some(value)) = (found.get(1), value) {
            values.insert(name.as_str().to_owned(), value.as_str().to_owned());
        }
    }
    values
}

/// The snippets in which something that may destroy is named.
pub(super) fn snippets(text: &Text<'_>) -> Vec<Snippet> {
    let whole = text.text();
    let path = text.file.path.to_ascii_lowercase();
    let is_script = runs_lines(&path, whole) || text.layer.via.iter().any(|via| !via.is_ordinary());
    let mut out: Vec<Snippet> = Vec::new();
    for found in VERB.find_iter(whole) {
        if out.len() >= MAX_SNIPPETS {
            break;
        }
        let is_inside = out
            .last()
            .is_some_and(|last| found.start() < last.range.end);
        if !is_inside {
            let snippet = if is_script {
                script_line(whole, found.start())
            } else {
                literal(whole, found.start())
            };
            out.extend(snippet);
        }
    }
    out.extend(lists(whole));
    out
}

/// Whether lines of the file are commands: scripts, recipes, steps of CI, code
/// blocks of rules for agents.
fn runs_lines(path: &str, text: &str) -> bool {
    let ends = |extensions: &[&str]| extensions.iter().any(|end| path.ends_with(end));
    let is_other = ends(&[
        ".js", ".ts", ".py", ".rb", ".rs", ".go", ".java", ".php", ".c", ".cpp", ".mjs", ".cjs",
        ".json", ".kt", ".lua", ".tsx", ".jsx", ".cs",
    ]);
    is_shell(path, text)
        || (!is_other
            && (is_build(path)
                || ends(&[
                    ".yml", ".yaml", ".ps1", ".bat", ".cmd", ".mdc", ".md", ".toml", ".service",
                    ".cron", ".txt", ".psm1",
                ])))
}

/// The logical line at an offset: what a `\` at its end continues belongs to it.
fn script_line(text: &str, at: usize) -> Option<Snippet> {
    let mut range = line(text, &(at..at));
    while range.end - range.start < MAX_LENGTH
        && text.get(range.clone())?.trim_end().ends_with('\\')
        && range.end < text.len()
    {
        range.end = line(text, &(range.end + 1..range.end + 1)).end;
    }
    let body = text.get(range.clone())?.replace("\\\n", " ");
    let trimmed = body.trim_start();
    let is_comment = ["#", "//", "REM ", "::", "rem "]
        .iter()
        .any(|mark| trimmed.starts_with(mark));
    (!is_comment && body.len() <= MAX_LENGTH).then(|| Snippet {
        text: command_of(trimmed).to_owned(),
        range,
    })
}

/// A line's command: without what YAML, Make, Docker, lists and prompts put before it.
fn command_of(line: &str) -> &str {
    let line = line.trim_start_matches(['-', '*', '@', '+', '$', '>', ' ', '\t']);
    let heads = [
        "run:",
        "script:",
        "command:",
        "RUN ",
        "CMD ",
        "ENTRYPOINT ",
        "entrypoint:",
        "before_script:",
        "cmd:",
        "shell:",
        "inlineScript:",
    ];
    let body = heads
        .iter()
        .find_map(|head| line.strip_prefix(head))
        .unwrap_or(line)
        .trim();
    let is_quoted =
        |quote: char| body.len() > 1 && body.starts_with(quote) && body.ends_with(quote);
    if is_quoted('"') || is_quoted('\'') || is_quoted('`') {
        return body.get(1..body.len() - 1).unwrap_or(body);
    }
    body
}

/// The string literal around an offset, which must not be in a comment.
fn literal(text: &str, at: usize) -> Option<Snippet> {
    let of_line = text.get(line(text, &(at..at)))?.trim_start();
    if ["//", "/*", "* ", "# "]
        .iter()
        .any(|mark| of_line.starts_with(mark))
    {
        return None;
    }
    let head = super::super::agent_run::tail(text, at, MAX_LENGTH);
    let open = head.rfind(['"', '\'', '`'])?;
    let quote = head.get(open..)?.chars().next()?;
    let start = at - (head.len() - open) + 1;
    let before = head.get(open + 1..)?;
    if quote != '`'
        && before.contains('\n')
        && !text.get(..start)?.ends_with("\"\"\"")
        && !text.get(..start)?.ends_with("'''")
    {
        return None;
    }
    let rest = text.get(at..)?;
    let end = at + rest.find(quote)?;
    let body = text.get(start..end)?;
    (body.len() <= MAX_LENGTH).then(|| Snippet {
        text: body
            .replace("\\\n", " ")
            .replace("\\\"", "\"")
            .replace("\\n", "\n"),
        range: start..end,
    })
}

/// Lists of arguments: `["rm", "-rf", os.homedir()]`.
fn lists(text: &str) -> Vec<Snippet> {
    LIST.find_iter(text)
        .take(MAX_SNIPPETS)
        .map(|found| Snippet {
            text: with_home(found.as_str()).replace(['"', '\'', '`', ',', '[', ']', '(', ')'], " "),
            range: found.range(),
        })
        .collect()
}

/// The text with `~` for every way in which code names the home directory.
fn with_home(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for found in HOME.find_iter(text) {
        out.push_str(text.get(at..found.start()).unwrap_or_default());
        out.push('~');
        at = found.end();
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}
