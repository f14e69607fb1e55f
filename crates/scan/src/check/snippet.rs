//! The parts of a text that a shell would run: lines of scripts, strings and
//! lists of arguments in code.

use std::cell::LazyCell;
use std::ops::Range;

use super::Text;
use super::agent_run::{line, tail};
use super::files::{is_build, is_shell};
use crate::pattern::{Pattern, patterns};
use crate::shell::Values;

/// Most snippets of one text.
const MAX_SNIPPETS: usize = 3_000;
/// Most names whose value is followed.
const MAX_NAMES: usize = 500;
/// Most names that one value is made of.
const MAX_STEPS: usize = 64;
/// Longest value of a name, in bytes.
const MAX_VALUE: usize = 1_000;
/// Bytes after `cd` in which a command is taken to run there.
const CD_REACH: usize = 300;
/// Bytes after which a name is no longer taken to hold what it was set to.
const HOME_REACH: usize = 3_000;
/// Longest snippet, in bytes.
const MAX_LENGTH: usize = 8_000;

/// The ways in which code names the home directory.
const HOME_TEXT: &str = r#"(?:(?:require|import)\(\s*["'](?:node:)?os["']\s*\)\s*\.|os\.|_os\.)?\bhomedir\(\)|os\.path\.expanduser\(\s*["']~/?["']\s*\)|(?:File\.)?expand_path\(\s*["']~/?["']\s*\)|\bexpanduser\(\s*["']~/?["']\s*\)|os\.path\.expandvars\(\s*["']\$HOME["']\s*\)|process\.env\.(?:HOME|USERPROFILE)\b|process\.env\[\s*["'](?:HOME|USERPROFILE)["']\s*\]|(?:str\()?(?:pathlib\.)?Path\.home\(\)\)?|Path\(\s*["']~["']\s*\)\.expanduser\(\)|os\.environ\[["'](?:HOME|USERPROFILE)["']\]|os\.environ\.get\(["'](?:HOME|USERPROFILE)["'][^)]{0,20}\)|os\.getenv\(["'](?:HOME|USERPROFILE)["'][^)]{0,20}\)|os\.Getenv\("(?:HOME|USERPROFILE)"\)|os\.UserHomeDir\(\)|Dir\.home\b|ENV\[["']HOME["']\]|ENV\.fetch\(["']HOME["']\)|\bgetenv\(["']HOME["']\)|System\.getProperty\("user\.home"\)|System\.getenv\("HOME"\)|(?:\w+::)?home_dir\(\)|(?:std::)?env::var(?:_os)?\("HOME"\)|(?:System\.)?Environment\.GetFolderPath\((?:System\.)?Environment\.SpecialFolder\.UserProfile\)"#;

patterns! {
    ASSIGN = r#"(?m)(?:^|[;&|{(]|\bdo\b|\bthen\b|\bENV\b|\bARG\b)[ \t]*[-@]*(?:run:\s*)?(?:export\s+|local\s+|readonly\s+|set\s+|declare\s+(?:-\w+\s+)?)?([A-Za-z_][A-Za-z0-9_]*)=(?:"([^"\n]*)"|'([^'\n]*)'|(`[^`\n]*`|\$\([^\n)]*\)|[^\s"'`;&|()]+))"#;
    // `NAME := value` of Make, `$Name = value` of PowerShell.
    ASSIGN_SPACED = r#"(?m)^[ \t]*(?:export\s+)?\$?([A-Za-z_][A-Za-z0-9_]*)[ \t]*(?:::?|\?)?=[ \t]*(?:"([^"\n]*)"|'([^'\n]*)'|([^"'#\n]+?))[ \t]*$"#;
    FOR = r"\bfor\s+([A-Za-z_]\w*)\s+in\s+([^;\n]{1,300})";
    MAKE_NAME = r"\$\(([A-Za-z_]\w*)\)";
    CD = r#"(?m)^[ \t]*(?:cd|pushd|Set-Location)[ \t]+(?:--[ \t]+)?["']?([^\s;&|"']+)["']?[ \t]*(?:\|\|[^\n]*|&&[ \t]*)?$"#;
    AFTER = r#"^["'`]\s*(?:\+|\.|,|<>|&)\s*(?:str\(|String\()?\s*([A-Za-z_~][\w.]*)"#;
    LIST = r#"["'`](?:sudo|rm|find|dd|shred|aws|gcloud|az|terraform|kubectl|curl|wget|nc|bash|sh|cmd|powershell|mkfs\.\w+)["'`]\s*,\s*[^;{}]{0,600}?[\])]"#;
    HOME = HOME_TEXT;
    HOME_SET = &format!(r#"(?m)(?:^|[;{{(\s])[$@]?([A-Za-z_]\w*)(?:\s*,\s*\w+)?\s*(?::\s*[\w<>&:. ]{{1,30}}?)?\s*:?=\s*(?:await\s+|new\s+(?:java\.io\.)?File\(\s*|Path\(\s*|str\(\s*|String\(\s*)?(?:{HOME_TEXT}|["'`](?:/|~/?)["'`])(?:\s*(?:\|\||\?\?)[^;\n]*|\.\w+\([^)\n]*\)|\?|\))*\s*(?:[;\n]|$)"#);
}

/// The patterns that are looked for in whole texts.
pub(super) static SIFTED: &[&Pattern] = &[&LIST, &HOME_SET];

/// A part of a text that a shell would run.
pub(crate) struct Snippet {
    pub(crate) text: String,
    pub(crate) range: Range<usize>,
    /// Where in the text its verb stands.
    pub(crate) at: usize,
}

/// What names hold, and from where on.
#[derive(Debug, Default)]
pub(crate) struct Assignments(Vec<(usize, String, String)>);

impl Assignments {
    /// What the names of a text hold, one step followed: `D=$HOME`, `for d in ~ /etc`.
    pub(crate) fn of(text: &Text<'_>) -> Self {
        let whole = text.text();
        let path = text.file.path.to_ascii_lowercase();
        let mut held = Self::default();
        for (at, name, value) in assigned(whole, is_make(&path) || is_windows(&path)) {
            let value = held.resolved(&dialect(&path, value), at);
            // An empty default says nothing of what the name holds later.
            if !value.trim().is_empty() && value.len() < MAX_VALUE {
                held.0.push((at, name.to_owned(), value));
            }
        }
        held
    }

    /// What the names hold at an offset; for a name that is only set further down, that.
    pub(crate) fn at(&self, offset: usize) -> Values {
        let later = self.0.iter().rev().filter(|(at, ..)| *at >= offset);
        let before = self.0.iter().filter(|(at, ..)| *at < offset);
        let pairs = later.chain(before);
        pairs
            .map(|(_, name, value)| (name.clone(), value.clone()))
            .collect()
    }

    /// A value with the names in it put in.
    fn resolved(&self, value: &str, at: usize) -> String {
        const HOMES: &[&str] = &["${HOME}", "$HOME", "$env:USERPROFILE", "$env:HOME"];
        let mut out = value.replace(['"', '\''], "");
        for home in HOMES {
            out = out.replace(home, "~");
        }
        if out.contains('$') {
            let before = self.0.iter().rev().filter(|(set, ..)| *set < at);
            for (_, name, held) in before.take(MAX_STEPS) {
                out = out.replace(&format!("${{{name}}}"), held);
                if out == format!("${name}") {
                    out.clone_from(held);
                }
            }
        }
        out
    }
}

/// Names that a text sets, with what to, in order.
fn assigned(text: &str, is_spaced: bool) -> Vec<(usize, &str, &str)> {
    let mut all = Vec::new();
    let spaced = is_spaced.then_some(&*ASSIGN_SPACED);
    for pattern in [Some(&*ASSIGN), spaced, Some(&*FOR)].into_iter().flatten() {
        for found in pattern.captures_iter(text).take(MAX_NAMES) {
            let value = (2..found.len()).find_map(|index| found.get(index));
            if let (Some(name), Some(value)) = (found.get(1), value) {
                all.push((name.start(), name.as_str(), value.as_str()));
            }
        }
    }
    all.sort_unstable();
    all
}

/// The directory that a script last went to before an offset, where that is near.
pub(crate) fn directory_before(text: &Text<'_>, at: usize) -> Option<String> {
    let whole = text.text();
    if !is_shell(&text.file.path, whole) {
        return None;
    }
    let found = CD.captures_iter(tail(whole, at, CD_REACH)).last()?;
    found.get(1).map(|to| to.as_str().to_owned())
}

fn is_make(path: &str) -> bool {
    path.ends_with("makefile") || path.ends_with(".mk")
}

fn is_windows(path: &str) -> bool {
    [".ps1", ".psm1", ".bat", ".cmd"]
        .iter()
        .any(|end| path.ends_with(end))
}

/// A line as a POSIX shell would write it: Make's `$(NAME)` and `$$NAME`, and
/// the backslashes of Windows' paths.
fn dialect(path: &str, line: &str) -> String {
    if is_make(path) {
        make_names(line).replace("$$", "$")
    } else if is_windows(path) {
        line.replace('\\', "/")
    } else {
        line.to_owned()
    }
}

/// `${NAME}` for Make's `$(NAME)`.
fn make_names(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut at = 0;
    for found in MAKE_NAME.captures_iter(line) {
        if let (Some(whole), Some(name)) = (found.get(0), found.get(1)) {
            out.push_str(line.get(at..whole.start()).unwrap_or_default());
            out.push_str(&format!("${{{}}}", name.as_str()));
            at = whole.end();
        }
    }
    out.push_str(line.get(at..).unwrap_or_default());
    out
}

/// The snippets in which one of the verbs is named.
pub(crate) fn snippets(text: &Text<'_>, verbs: &'static Pattern) -> Vec<Snippet> {
    let whole = text.text();
    let path = text.file.path.to_ascii_lowercase();
    let is_script = runs_lines(&path, whole) || text.layer.via.iter().any(|via| !via.is_ordinary());
    let homes = LazyCell::new(|| homes(text));
    let mut out: Vec<Snippet> = Vec::new();
    for found in text.find_iter(verbs) {
        if out.len() >= MAX_SNIPPETS {
            break;
        }
        let last = out.last().map_or(0, |last| last.range.end);
        if found.start() >= last {
            let snippet = if is_script {
                script_line(whole, found.start(), &path)
            } else {
                literal(whole, found.start(), &homes)
            };
            out.extend(snippet);
        }
    }
    out.extend(lists(text));
    out
}

/// The names that hold a home directory or the root in code, with the offsets
/// from which on they do.
pub(crate) fn homes(text: &Text<'_>) -> Vec<(usize, String)> {
    let found = text.captures_iter(&HOME_SET).take(MAX_NAMES);
    found
        .filter_map(|found| Some((found.get(0)?.end(), found.get(1)?.as_str().to_owned())))
        .collect()
}

/// Whether a name still holds a home directory at an offset.
pub(crate) fn is_home(text: &str, homes: &[(usize, String)], name: &str, at: usize) -> bool {
    let mut sets = homes.iter().rev();
    let set = sets.find(|(set, held)| held == name && *set <= at);
    set.is_some_and(|(set, _)| {
        let between = text.get(*set..at).unwrap_or_default();
        at - set < HOME_REACH && !is_set_again(between, name)
    })
}

fn is_set_again(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let after = text.get(at + name.len()..).unwrap_or_default().trim_start();
        (after.starts_with('=') && !after.starts_with("==")) || after.starts_with(":=")
    })
}

/// Whether lines of the file are commands: scripts, recipes, steps of CI, code
/// blocks of rules for agents.
pub(crate) fn runs_lines(path: &str, text: &str) -> bool {
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
fn script_line(text: &str, at: usize, path: &str) -> Option<Snippet> {
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
        text: dialect(path, command_of(trimmed)),
        range,
        at,
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
fn literal(text: &str, at: usize, homes: &[(usize, String)]) -> Option<Snippet> {
    if is_comment(text, at) {
        return None;
    }
    let head = tail(text, at, MAX_LENGTH);
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
    let end = at + text.get(at..)?.find(quote)?;
    let body = text.get(start..end)?;
    let plain = body
        .replace("\\\n", " ")
        .replace("\\\"", "\"")
        .replace("\\n", "\n");
    let shown = filled(text, &plain, homes, at) + appended(text, end, homes);
    (body.len() <= MAX_LENGTH).then_some(Snippet {
        text: shown,
        range: start..end,
        at,
    })
}

/// Whether the line of an offset is a comment of code.
fn is_comment(text: &str, at: usize) -> bool {
    let own = text.get(line(text, &(at..at))).unwrap_or_default();
    let own = own.trim_start();
    ["//", "# ", "*", "/*", "--", "<!--"]
        .iter()
        .any(|mark| own.starts_with(mark))
}

/// A template with `~` for the home directory and for names that hold it.
fn filled(text: &str, body: &str, homes: &[(usize, String)], at: usize) -> String {
    if !body.contains('{') {
        return body.to_owned();
    }
    let mut out = with_home(body);
    for (_, name) in homes {
        if is_home(text, homes, name, at) {
            out = out.replace(&format!("{{{name}}}"), "{~}");
        }
    }
    out.replace("${~}", "~")
        .replace("#{~}", "~")
        .replace("{~}", "~")
}

/// `~` when code appends the home directory to a string that ends at an offset.
fn appended(text: &str, end: usize, homes: &[(usize, String)]) -> &'static str {
    let stop = text.floor_char_boundary((end + 160).min(text.len()));
    let rest = text.get(end..stop).unwrap_or_default();
    let rest = with_home(rest.lines().next().unwrap_or_default());
    let name = AFTER.captures(&rest).and_then(|found| found.get(1));
    let is_vital = name.is_some_and(|name| {
        name.as_str().starts_with('~') || is_home(text, homes, name.as_str(), end)
    });
    if is_vital { "~" } else { "" }
}

/// Lists of arguments: `["rm", "-rf", os.homedir()]`.
fn lists(text: &Text<'_>) -> Vec<Snippet> {
    text.find_iter(&LIST)
        .take(MAX_SNIPPETS)
        .map(|found| Snippet {
            text: with_home(found.as_str()).replace(['"', '\'', '`', ',', '[', ']', '(', ')'], " "),
            range: found.range(),
            at: found.start(),
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
