//! Builds that fetch what can change under them, and code that runs what it
//! fetched or decoded.
//!
//! Amazon Q (2025): only in the release build, `curl` wrote a file from a tag of
//! the repository over a source file, and swallowed every error.

use std::ops::Range;

use gardefou_finding::{Confidence, Severity};

use super::agent_run::{around, line};
use super::files::{Role, role};
use super::{Check, CheckId, Out, Reason, Report, Text};
use crate::pattern::{Pattern, patterns};

patterns! {
    URL = r#"(?i)\b(?:https?|ftp)://(?:\$\{[^}\s]{0,80}\}|[^\s"'`<>\\)\]},;])+"#;
    FETCH = r#"(?i)\bcurl\b|\bwget\b|\bfetch\w*\s*\(|\brequest\s*\(|\baxios\b|\bgot\(|requests\.(?:get|post)|urlopen|urlretrieve|https?\.get\b|require\(["']https?["']\)\.(?:get|request)|httpx\.\w+|\bADD\s|download\w*\s*\(|Invoke-WebRequest|\biwr\b|Invoke-RestMethod|\birm\b|reqwest|aria2c|http\.Get\(|Net::HTTP|open-uri|file_get_contents|DownloadString|DownloadFile"#;
    INTO = r#"["'`](?:\./|\.\./)*(?:[\w@.-]+/)*(?:src|lib|app|dist|out|source|sources|packages|vendor)/[^"'`\s:]*["'`]|["'`][\w@./-]+\.(?:ts|tsx|js|jsx|mjs|cjs|py|rb|go|rs|c|cc|cpp|h|java|kt|php|swift|m4|pl|lua|sh)["'`]|(?:-[a-zA-Z]*[oO]|--output|--output-document|>|-OutFile)[= ]\s*["']?(?:\./)?[\w@./${}-]*(?:src/|lib/|dist/|\.(?:ts|tsx|js|jsx|mjs|cjs|py|rb|go|rs|c|h|java|php|m4|pl|lua)\b)|\bADD\s+\S*\s*\S+\.(?:ts|tsx|js|jsx|mjs|cjs|py|rb|go|rs|c|h|java|php|sh|pl)\b"#;
    OVER = r#"["'`\s=](?:\./|\.\./)*(?:[\w@.-]+/)*(?:src|lib|source|sources)/[\w./@-]*\.(?:ts|tsx|js|jsx|mjs|cjs|py|rb|go|rs|c|cc|cpp|java|kt|php|swift)\b"#;
    WRITES = r"(?i)writeFile|\bADD\s|createWriteStream|\bopen\([^)]*['\x22]w|\s-[a-zA-Z]*[oO]\b|--output|-OutFile|urlretrieve|copyfileobj|download\w*\s*\(|write_text|write_bytes|fs::write|io\.Copy|os\.WriteFile|>\s*\S|'-o'|\x22-o\x22";
    CHECKED = r"(?i)sha(?:256|512|1)sum|sha-?(?:256|512)|checksum|createHash|hashlib|integrity|gpg --verify|cosign|minisign|shasum|Get-FileHash|--hash";
    SNEAKY = r"(?i)catch\s*(?:\([^)]*\))?\s*\{\s*\}|except[^:\n]*:\s*pass|2>\s*/dev/null|\|\|\s*true|STAGE|isRelease|\bprod\b|\brelease\b|platform\(\)|process\.platform|NODE_ENV";
    PIPED = r#"(?i)(?:curl|wget|iwr|irm|Invoke-WebRequest|Invoke-RestMethod)\b[^\n;&]{0,400}?\|\s*(?:\w+=\S+\s+)*(?:sudo\s+(?:-\w+\s+)*)?(?:env\s+)?(?:/bin/|/usr/bin/)?(?:ba|z|da|k)?sh\b|(?:curl|wget)\b[^\n;&]{0,400}?\|\s*(?:sudo\s+)?(?:python3?|perl|node|ruby|php|iex)\b|(?:ba|z)?sh\s+(?:-\w+\s+)?<\(\s*(?:curl|wget)[^)]*|(?:eval|source|\.)\s+["'<]*[$<]?\(\s*(?:curl|wget)[^)]*|(?:ba|z)?sh\s+-c\s+["']*\$\(\s*(?:curl|wget)[^)]*|\biex\b[^\n]{0,80}(?:DownloadString|iwr|irm|Invoke-WebRequest)[^\n]*|(?:irm|iwr|DownloadString)[^\n|]{0,300}\|\s*iex|python3?\s+-c\s+["'][^"']{0,40}\$\(\s*curl[^)]*"#;
    FETCHED = r#"(?i)(?:curl|wget)\b[^\n]{0,300}?-[sSLfk]*[oO]\s*["']?(/?[\w./-]+)["']?[^\n]{0,200}(?:\n[^\n]{0,200}){0,3}?(?:chmod\s+(?:\+x|[0-7]*7[0-7]*)\s+["']?(?:[\w./-]+)["']?[^\n]{0,40}?(?:&&|;|\n)\s*(?:sudo\s+)?["']?(?:\./|/tmp/)|&&\s*(?:ba|z)?sh\s+(?:\./)?)[\w./-]+"#;
    // Another revision's file in the place of a source.
    OTHER_REVISION = r#"git\s+(?:show|cat-file\s+(?:-p|blob))\s+[\w./${}-]+:[^\s"'`>]+\s*>\s*["']?(?:\./)?(?:[\w@.-]+/)*(?:src|lib|app|dist|packages)/[^\s"'`]*|git\s+(?:checkout|restore\s+-s)\s+(?:refs/\S+|origin/\S+|tags/\S+|FETCH_HEAD)\s+(?:--\s+)?(?:\./)?(?:[\w@.-]+/)*(?:src|lib|packages)/[^\s"'`]*|gh\s+api\s+[^\n|]{0,120}/contents/[^\n]{0,160}>\s*["']?(?:\./)?(?:[\w@.-]+/)*(?:src|lib|app|dist|packages)/[^\s"'`]*"#;
    CODE_RUN = r#"(?i)\b(?:eval|exec|execScript|vm\.run\w*|new\s+Function|Function|__import__\('os'\)\.system|os\.system|execSync|child_process\.exec|loadstring|Invoke-Expression|compile)\s*\(\s*(?:await\s+)?\(?(?:await\s+)?(?:requests\.get|urllib\.request\.urlopen|urlopen|fetch|axios(?:\.get)?|https?\.get|got|Net::HTTP\.get|file_get_contents)\s*\(|\bfetch\([^;\n]{0,160}\.then\(\s*(?:eval|Function)\b|\b(?:eval|exec)\s*\([^\n;]{0,80}?(?:urlopen|requests\.get|httpx\.get)\s*\("#;
    // A response's code: in a callback, or by the name that it was given.
    CALLBACK = r#"(?i)(?:\b(?:axios(?:\.\w+)?|fetch|got|needle|superagent\.\w+|https?\.get|https?\.request|request)\s*\([^;]{0,240}?(?:\.then\(|=>|function\s*\()[^;]{0,240}?(?:new\s+Function|\beval|\bvm\.run\w*|\._compile|new\s+vm\.Script)\s*\()"#;
    RESPONSE = r#"(?i)\b([A-Za-z_]\w*)\s*=\s*(?:await\s+)?\(?(?:await\s+)?(?:axios(?:\.get)?|fetch|got|requests\.get|urllib\.request\.urlopen|urlopen|httpx\.get|Net::HTTP\.get|file_get_contents)\s*\("#;
    RUNS_NAME = r"(?:(?:^|[^.\w])(?:eval|exec)|new\s+Function|\bvm\.run\w*|\._compile|(?:^|[^.\w])Function)\s*\(([^;\n]{0,120})";
    SENDS = r#"(?i)\s-X\s*["']?(?:POST|PUT)|--request[= ](?:POST|PUT)|\s(?:-d|--data(?:-\w+)?|-F|--form|-T|--upload-file|--post-(?:data|file))[= @"']|method\s*:\s*["'](?:POST|PUT)|\.post\(|-Method\s+(?:Post|Put)|sendBeacon"#;
    // Packages and scripts that come over a connection that anybody between can change.
    OPEN_LINE = r#"(?im)^\s*(?:extra-)?index-url\s*=\s*(http://[^\s"']+)|--(?:extra-)?index-url[= ](http://[^\s"']+)|\bmaven\s*\{\s*url[ =(]*(?:uri\()?["'](http://[^"']+)"#;
    APPLIED = r#"(?m)^\s*apply\s*\(?\s*from\s*[:=]\s*["'](https?://[^"']+)"#;
    // CMake: a file that is fetched and then run.
    CMAKE = r"(?i)file\s*\(\s*DOWNLOAD\s+(\S+)\s+(\S+)";
    DECODED = r#"(?i)\b(?:eval|exec|execSync|new\s+Function|Function|loadstring|os\.system|subprocess\.(?:run|call|Popen|check_output)|compile|vm\.run\w*|__import__\(["']os["']\)\.system|setTimeout|assert|system|shell_exec|passthru|(?:Invoke-Expression|iex)\b[^\n]{0,20}?)\s*\(\s*\(?\s*(?:bytes\(|str\()?\s*(?:atob|unescape|decodeURIComponent|Buffer\.from\([^)]*,\s*["'](?:base64|hex)["']\)|base64\.b(?:64|85|32)decode|base64_decode|codecs\.decode|bytes\.fromhex|binascii\.unhexlify|zlib\.decompress|gzip\.decompress|marshal\.loads|gzinflate|str_rot13|\[?(?:System\.)?(?:Text\.)?Encoding\]?::\w+\.GetString|lzma\.decompress|String\.fromCharCode)|(?:base64|openssl\s+(?:enc|base64)|xxd|uudecode)\s+[^\n|;]{0,200}-?-[dDr]\w*[^\n|;]{0,100}\|\s*(?:(?:gunzip|zcat|xz -d|bunzip2|gzip -d|rev|tr)[^\n|]{0,60}\|\s*)?(?:sudo\s+)?(?:/bin/|/usr/bin/)?(?:ba|z)?sh\b|(?:base64)\s+(?:-d|-D|--decode)[^\n|;]{0,100}\|\s*(?:sudo\s+)?(?:/bin/)?(?:python3?|perl|node|(?:ba|z)?sh)\b|powershell(?:\.exe)?\s+[^\n]{0,80}-e(?:nc|ncodedcommand|c)?\s+[A-Za-z0-9+/=]{20,}|(?:eval|\bsh -c)\s+["'`]*\$?\(?[^\n]{0,160}(?:base64\s+(?:-d|-D|--decode)|xxd -r|rev\b)"#;
    // What is decoded into a file, and the file that is run after it.
    DECODED_FILE = r#"(?i)\bbase64\s+(?:-d|-D|--decode)\b[^\n|]{0,80}>\s*["']?([\w./$-]+)["']?\s*(?:&&|;|\n)(?:[^\n]{0,80}(?:&&|;|\n)){0,2}?\s*(?:sudo\s+)?(?:(?:ba|z)?sh|python3?|node|perl|source|\.)\s+["']?([\w./$-]+)"#;
    UNPACKED = r#"(?i)(?:\b(?:xz|unxz|xzcat|lzma|gzip|gunzip|zcat|bzip2|bunzip2|bzcat|zstd)\b[^\n]{0,80}|\bhead -c[^\n]{0,80}|\btr ["'][^\n]{0,60})\|\s*(?:[^\n|]{0,80}\|\s*){0,4}(?:/bin/)?(?:ba|z|da)?sh\b(?:\s|$|['"`)])"#;
}

/// Most requests of one text whose answer is followed.
const MAX_RESPONSES: usize = 100;
/// Bytes after a request in which its answer is run.
const RESPONSE_REACH: usize = 600;

/// The patterns that are looked for in whole texts.
pub(super) static SIFTED: &[&Pattern] = &[
    &OPEN_LINE,
    &APPLIED,
    &DECODED_FILE,
    &DECODED,
    &UNPACKED,
    &CODE_RUN,
    &CALLBACK,
    &RESPONSE,
    &CMAKE,
    &OTHER_REVISION,
    &PIPED,
    &FETCHED,
    &FETCH,
];

pub(crate) struct BuildFetch;

/// How much a URL's content can change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Trust {
    /// Fixed by a hash or version, or of a known installer.
    Known,
    /// Anybody's.
    Unknown,
    /// A reference that its owner can move.
    Mutable,
    /// A place where anybody leaves things, an address, a shortener.
    Throwaway,
}

impl Check for BuildFetch {
    fn id(&self) -> CheckId {
        CheckId::BuildFetch
    }

    fn keywords(&self) -> &'static [&'static str] {
        &[
            "curl",
            "wget",
            "http://",
            "https://",
            "iwr",
            "invoke-webrequest",
            "base64",
            "eval",
            "atob",
            "fromhex",
            "unhexlify",
            "exec(",
            "| sh",
            "|sh",
            "| bash",
            "|bash",
            "/bin/sh",
            "powershell",
            "iex",
            "b64decode",
            "decompress",
            "marshal",
            "fromcharcode",
            "urlopen",
            "git show",
            "git checkout",
            "git restore",
            "git cat-file",
            "gh api",
            "xxd",
            "new function",
            "axios",
            "https.get",
            "http.get",
            "file(download",
            "requests.get",
            "url =",
            "url=",
        ]
    }

    fn text(&self, text: &Text<'_>, out: &mut Out<'_>) {
        let role = role(&text.file.path);
        if super::files::is_lock(&text.file.path) || role == Role::Docs {
            return;
        }
        let whole = text.text();
        for found in text.find_iter(&DECODED).chain(text.find_iter(&UNPACKED)) {
            self.say(
                text,
                &found.range(),
                Reason::DecodeAndRun,
                Severity::High,
                Confidence::Medium,
                "",
                out,
            );
        }
        self.decoded_files(text, out);
        for found in text.find_iter(&CODE_RUN) {
            self.say(
                text,
                &found.range(),
                Reason::FetchAndRun,
                Severity::High,
                Confidence::Medium,
                "",
                out,
            );
        }
        for range in responses(text) {
            let (severity, sure) = (Severity::High, Confidence::Medium);
            self.say(text, &range, Reason::FetchAndRun, severity, sure, "", out);
        }
        self.cmake(text, out);
        self.open_lines(text, out);
        if text.file.path.ends_with(".gitmodules") {
            self.submodules(text, out);
        }
        for found in text
            .find_iter(&OTHER_REVISION)
            .filter(|_| role == Role::Build)
        {
            let (severity, confidence) = (Severity::High, Confidence::Medium);
            let reason = Reason::FetchIntoSource;
            self.say(text, &found.range(), reason, severity, confidence, "", out);
        }
        for found in text.find_iter(&PIPED).chain(text.find_iter(&FETCHED)) {
            self.piped(text, &found.range(), out);
        }
        for found in URL.find_iter(whole).filter(|_| text.may(&FETCH)) {
            self.over_source(text, found.range(), role, out);
        }
    }
}

impl BuildFetch {
    #[allow(clippy::too_many_arguments, reason = "a sentence has as many parts")]
    fn say(
        &self,
        text: &Text<'_>,
        range: &Range<usize>,
        reason: Reason,
        severity: Severity,
        confidence: Confidence,
        detail: &str,
        out: &mut Out<'_>,
    ) {
        let (severity, confidence) = match role(&text.file.path) {
            Role::Test => (severity.min(Severity::Medium), Confidence::Low),
            Role::AgentRules => (severity.min(Severity::Medium), confidence),
            _ => (severity, confidence),
        };
        let mut report = Report::new(self.id(), reason, severity, confidence);
        if !detail.is_empty() {
            report = report.detail(detail);
        }
        out.at(text, range, report);
    }

    fn piped(&self, text: &Text<'_>, range: &Range<usize>, out: &mut Out<'_>) {
        let lines = line(text.text(), range);
        let command = text.text().get(lines.clone()).unwrap_or_default();
        if command.trim_start().starts_with(['#', '/', '*']) {
            return;
        }
        let url = URL.find(text.text().get(range.start..lines.end).unwrap_or_default());
        let url = url.map_or("", |url| url.as_str());
        let (severity, confidence) = match trust(url) {
            Trust::Known => (Severity::Low, Confidence::Low),
            Trust::Unknown if url.is_empty() => (Severity::Low, Confidence::Low),
            // Whoever installs or checks out runs it, without having asked for it.
            Trust::Unknown | Trust::Mutable if runs_unasked(&text.file.path) => {
                (Severity::High, Confidence::Medium)
            }
            Trust::Unknown | Trust::Mutable => (Severity::Medium, Confidence::Medium),
            Trust::Throwaway => (Severity::High, Confidence::High),
        };
        self.say(
            text,
            range,
            Reason::FetchAndRun,
            severity,
            confidence,
            url,
            out,
        );
    }

    /// A script that is decoded into a file and then run.
    fn decoded_files(&self, text: &Text<'_>, out: &mut Out<'_>) {
        for found in text.captures_iter(&DECODED_FILE) {
            let (Some(all), Some(file), Some(run)) = (found.get(0), found.get(1), found.get(2))
            else {
                continue;
            };
            if file.as_str() == run.as_str() {
                let (severity, sure) = (Severity::High, Confidence::Medium);
                self.say(
                    text,
                    &all.range(),
                    Reason::DecodeAndRun,
                    severity,
                    sure,
                    "",
                    out,
                );
            }
        }
    }

    /// Packages without encryption, and build scripts that Gradle fetches.
    fn open_lines(&self, text: &Text<'_>, out: &mut Out<'_>) {
        let whole = text.text();
        let packages = text.captures_iter(&OPEN_LINE);
        let packages = packages.map(|found| (found, Reason::FetchMutable));
        let scripts = text.captures_iter(&APPLIED);
        let scripts = scripts.map(|found| (found, Reason::FetchAndRun));
        for (found, reason) in packages.chain(scripts) {
            let Some(url) = (1..found.len()).find_map(|index| found.get(index)) else {
                continue;
            };
            if trust(url.as_str()) < Trust::Mutable || is_comment(whole, &url.range()) {
                continue;
            }
            let (severity, sure) = (Severity::Medium, Confidence::Medium);
            let range = url.range();
            self.say(text, &range, reason, severity, sure, url.as_str(), out);
        }
    }

    /// A submodule of the same name that comes from somebody else.
    fn submodules(&self, text: &Text<'_>, out: &mut Out<'_>) {
        let sources = |text: &str| -> Vec<String> {
            let lines = text.lines().filter_map(|line| line.trim().split_once('='));
            let urls = lines.filter(|(key, _)| key.trim() == "url");
            urls.map(|(_, url)| url.trim().to_owned()).collect()
        };
        let before = sources(text.view.removed());
        for (start, line) in text.view.added_lines() {
            let Some(url) = sources(line).pop() else {
                continue;
            };
            let moved = before
                .iter()
                .any(|old| place(old).1 == place(&url).1 && place(old).0 != place(&url).0);
            if moved {
                let range = start..start + line.len();
                let (reason, severity) = (Reason::FetchIntoSource, Severity::Medium);
                self.say(
                    text,
                    &range,
                    reason,
                    severity,
                    Confidence::Medium,
                    &url,
                    out,
                );
            }
        }
    }

    /// A script that CMake fetches and runs, without a hash.
    fn cmake(&self, text: &Text<'_>, out: &mut Out<'_>) {
        let whole = text.text();
        for found in text.captures_iter(&CMAKE) {
            let (Some(all), Some(url), Some(file)) = (found.get(0), found.get(1), found.get(2))
            else {
                continue;
            };
            let after = whole.get(all.end()..).unwrap_or_default();
            let is_run = after.contains("execute_process")
                && after.contains(file.as_str().trim_end_matches(')'));
            let is_checked = CHECKED.is_match(around(whole, &all.range(), 200))
                || whole.contains("EXPECTED_HASH");
            if is_run && !is_checked && trust(url.as_str().trim_matches('"')) > Trust::Known {
                let (reason, severity) = (Reason::FetchAndRun, Severity::Medium);
                self.say(
                    text,
                    &all.range(),
                    reason,
                    severity,
                    Confidence::Medium,
                    url.as_str(),
                    out,
                );
            }
        }
    }

    /// A URL that can change, fetched, and written where sources are.
    fn over_source(&self, text: &Text<'_>, url: Range<usize>, role: Role, out: &mut Out<'_>) {
        let whole = text.text();
        let address = whole.get(url.clone()).unwrap_or_default();
        let trust = trust(address);
        if trust < Trust::Unknown || role == Role::Test {
            return;
        }
        let own = whole.get(line(whole, &url)).unwrap_or_default();
        if SENDS.is_match(own) {
            return;
        }
        let near = around(whole, &url, 260);
        let rest = near.replace(address, " ");
        // The helper that fetches may stand elsewhere in the file.
        let fetches = FETCH.is_match(&rest);
        let writes = INTO.is_match(&rest) && WRITES.is_match(&rest);
        let wide = around(whole, &url, 2_000);
        if !fetches || is_comment(whole, &url) {
            return;
        }
        let is_checked = CHECKED.is_match(wide);
        let (reason, severity, confidence) = if trust == Trust::Unknown {
            if !writes || is_checked || role != Role::Build {
                return;
            }
            // Over a file of the sources it is as if anybody could push.
            let severity = if OVER.is_match(&rest) {
                Severity::High
            } else {
                Severity::Medium
            };
            (Reason::FetchIntoSource, severity, Confidence::Medium)
        } else if writes && !is_checked {
            let sure = if SNEAKY.is_match(wide) {
                Confidence::High
            } else {
                Confidence::Medium
            };
            (Reason::FetchIntoSource, Severity::High, sure)
        } else if role == Role::Build && trust == Trust::Throwaway && !is_checked {
            (Reason::FetchMutable, Severity::Medium, Confidence::Medium)
        } else if role == Role::Build && !is_checked {
            (Reason::FetchMutable, Severity::Low, Confidence::Medium)
        } else {
            return;
        };
        self.say(text, &url, reason, severity, confidence, address, out);
    }
}

/// Places where code runs what a request gave: in its callback, or by name.
fn responses(text: &Text<'_>) -> Vec<Range<usize>> {
    let mut out: Vec<Range<usize>> = text
        .find_iter(&CALLBACK)
        .map(|found| found.range())
        .collect();
    let whole = text.text();
    for found in text.captures_iter(&RESPONSE).take(MAX_RESPONSES) {
        let (Some(all), Some(name)) = (found.get(0), found.get(1)) else {
            continue;
        };
        let end = whole.floor_char_boundary((all.end() + RESPONSE_REACH).min(whole.len()));
        let after = whole.get(all.end()..end).unwrap_or_default();
        let is_run = RUNS_NAME.captures_iter(after).any(|run| {
            run.get(1)
                .is_some_and(|inside| has_word(inside.as_str(), name.as_str()))
        });
        if is_run {
            out.push(all.range());
        }
    }
    out
}

/// Of a repository's address, its host and owner however they are spelled, and
/// its name.
fn place(url: &str) -> (String, String) {
    let lower = url.to_ascii_lowercase();
    let rest = lower
        .split_once("://")
        .map_or(lower.as_str(), |(_, rest)| rest);
    let rest = rest.rsplit_once('@').map_or(rest, |(_, rest)| rest);
    let rest = rest.trim_end_matches('/').trim_end_matches(".git");
    let rest = rest.replace(':', "/");
    let (owner, name) = rest.rsplit_once('/').unwrap_or(("", &rest));
    (owner.to_owned(), name.to_owned())
}

fn has_word(text: &str, word: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric() && c != '_')
        .any(|part| part == word)
}

/// Whether who installs, builds or checks out runs the file without asking for it.
fn runs_unasked(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let name = lower.rsplit('/').next().unwrap_or(&lower);
    matches!(
        name,
        "build.rs"
            | "extconf.rb"
            | "binding.gyp"
            | "setup.py"
            | "composer.json"
            | "package.json"
            | "postinstall.js"
            | "preinstall.js"
            | "install.js"
            | "conftest.py"
            | ".envrc"
            | "sitecustomize.py"
            | "usercustomize.py"
            | "hatch_build.py"
    ) || name.ends_with(".pth")
        || lower.contains(".husky/")
        || lower.contains(".githooks/")
}

fn is_comment(text: &str, range: &Range<usize>) -> bool {
    let start = line(text, range).start;
    let head = text
        .get(start..range.start)
        .unwrap_or_default()
        .trim_start();
    ["//", "#", "*", "<!--"]
        .iter()
        .any(|mark| head.starts_with(mark))
}

patterns! {
    THROWAWAY = r"(?i)^(?:https?|ftp)://(?:[^/@]*@)?(?:\d{1,3}(?:\.\d{1,3}){3}|(?:[\w-]+\.)*(?:pastebin\.com|paste\.ee|hastebin\.com|rentry\.co|ix\.io|termbin\.com|transfer\.sh|0x0\.st|file\.io|catbox\.moe|anonfiles\.com|bit\.ly|tinyurl\.com|t\.co|is\.gd|cutt\.ly|ngrok\.io|ngrok-free\.app|trycloudflare\.com|webhook\.site|requestbin\.com|pipedream\.net|oast\.\w+|interact\.sh|burpcollaborator\.net|discordapp\.com|discord\.com/api/webhooks|api\.telegram\.org|duckdns\.org|serveo\.net|localhost\.run|gist\.githubusercontent\.com|gist\.github\.com|dpaste\.com|ghostbin\.co|temp\.sh|bashupload\.com))(?:[:/?]|$)";
    PINNED = r"(?i)/[0-9a-f]{40}(?:/|\.|$)|[@/]v?\d+\.\d+(?:\.\d+)?(?:[-/@.]|$)";
    MUTABLE = r"(?i)^https?://(?:raw\.githubusercontent\.com/|raw\.github\.com/|github\.com/[^/]+/[^/]+/(?:raw|blob|archive|tarball|zipball)/|github\.com/[^/]+/[^/]+/releases/latest|cdn\.jsdelivr\.net/gh/|gitlab\.com/.+/-/raw/|[\w.-]+/.+/-/raw/|bitbucket\.org/[^/]+/[^/]+/raw/|codeberg\.org/[^/]+/[^/]+/raw/|rawgit\.com/|raw\.fastgit\.org/)";
    INSTALLER = r"(?i)^https://(?:sh\.rustup\.rs|get\.docker\.com|(?:dl\.)?deb\.nodesource\.com|rpm\.nodesource\.com|install\.python-poetry\.org|astral\.sh|bun\.sh|deno\.land|get\.pnpm\.io|fnm\.vercel\.app|cli\.github\.com|codecov\.io|uploader\.codecov\.io|get\.sdkman\.io|get\.helm\.sh|get\.k3s\.io|install\.determinate\.systems|nixos\.org|starship\.rs|ollama\.com|fly\.io|dot\.net|dl\.google\.com|sdk\.cloud\.google\.com|awscli\.amazonaws\.com|aka\.ms|packages\.microsoft\.com|bootstrap\.pypa\.io|get\.haskellstack\.org|get-ghcup\.haskell\.org|raw\.githubusercontent\.com/(?:nvm-sh/nvm|Homebrew/install|helm/helm|golangci/golangci-lint|anchore|aquasecurity|rhysd/actionlint|pyenv|rbenv|kubernetes|ohmyzsh)/|golang\.org|go\.dev|rustwasm\.github\.io|install\.meteor\.com|wasmtime\.dev|just\.systems|mise\.run|mise\.jdx\.dev|dist\.apollo\.dev|cursor\.com|claude\.ai|get\.volta\.sh|apt\.llvm\.org|esm\.sh|taskfile\.dev|git\.io)";
}

/// How much what an address gives can change.
fn trust(url: &str) -> Trust {
    if THROWAWAY.is_match(url) {
        Trust::Throwaway
    } else if MUTABLE.is_match(url) && !PINNED.is_match(url) {
        if INSTALLER.is_match(url) {
            Trust::Known
        } else {
            Trust::Mutable
        }
    } else if INSTALLER.is_match(url) || PINNED.is_match(url) {
        Trust::Known
    } else if url.starts_with("http://") && !url.contains("localhost") && !url.contains("127.0.0.1")
    {
        Trust::Mutable
    } else {
        Trust::Unknown
    }
}

/// Whether a command fetches from a place where anybody leaves things.
pub(super) fn is_throwaway(text: &str) -> bool {
    URL.find_iter(text)
        .any(|url| trust(url.as_str()) == Trust::Throwaway)
}

/// Whether a command runs what it fetched or decoded, and not an installer that everybody knows.
pub(super) fn runs_foreign(text: &str) -> bool {
    let piped = PIPED.find(text).is_some_and(|_| {
        !URL.find_iter(text)
            .any(|url| trust(url.as_str()) == Trust::Known)
    });
    piped
        || DECODED.is_match(text)
        || UNPACKED.is_match(text)
        || CODE_RUN.is_match(text)
        || is_throwaway(text)
}
