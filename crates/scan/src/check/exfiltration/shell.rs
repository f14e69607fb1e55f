//! Commands that send what they or those before them read.

use gardefou_finding::Confidence;

use super::Leak;
use crate::pattern::patterns;
use crate::shell::Command;

patterns! {
    SECRET_FILE = r#"(?i)(?:^|[~/\\@=<\s"'(])(?:\.aws(?:/(?:credentials|config|sso\S*|\*)?)?|\.ssh(?:/(?:id_\w+|\*|config)?)?|id_(?:rsa|dsa|ecdsa|ed25519)|\.git-credentials|\.netrc|\.npmrc|\.pypirc|\.docker/config\.json|\.kube/config|\.config/(?:gcloud|gh|hub)\S*|\.azure|\.gnupg|\.cargo/credentials(?:\.toml)?|\.bash_history|\.zsh_history|\.vault-token|\.env(?:\.(?:local|prod|production))?|wallet\.dat|\.password-store|credentials\.json|application_default_credentials\.json)/?(?:$|[\s"')|;&*])|/etc/(?:shadow|passwd)\b|Login Data|login\.keychain"#;
    DUMPS = r"\$\(\s*(?:env|printenv|export\s+-p|set)\s*(?:\||\))|\$\(\s*(?:gh\s+auth\s+token|aws\s+configure\s+(?:get|export-credentials))";
    TOKEN = r"(?i)\$\{?\w*(?:TOKEN|SECRET|PASSWORD|PASSWD|API_?KEY|CREDENTIAL|PRIVATE_?KEY|ACCESS_?KEY)\w*";
    THROWAWAY = r"(?i)webhook\.site|requestbin|pipedream\.net|\boast\.\w+|interact\.sh|burpcollaborator|ngrok|trycloudflare\.com|requestcatcher|beeceptor|hookbin|pastebin\.com|transfer\.sh|0x0\.st|file\.io|(?:https?://|^|[\s@])(?:\d{1,3}\.){3}\d{1,3}";
    LOCAL = r"(?i)(?://|\s|^|@)(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\]|host\.docker\.internal)";
    INSTANCE = r"169\.254\.169\.254\S*(?:security-credentials|/token|/user-data)|169\.254\.170\.2";
    REMOTE = r"^[\w.-]+@[\w.-]+:|^[\w-]+(?:\.[\w-]+)+:(?:[^/]|/)";
}

fn name(command: &Command) -> String {
    let first = command.words.first().map_or("", String::as_str);
    first
        .rsplit(['/', '\\'])
        .next()
        .unwrap_or(first)
        .to_ascii_lowercase()
}

/// The first leak of a list of commands, and what is shown of it.
pub(super) fn leak(commands: &[Command]) -> Option<(Leak, String)> {
    let mut is_tainted = false;
    for command in commands {
        if !command.is_piped {
            is_tainted = false;
        }
        let shown = || command.words.join(" ");
        if hands_out_a_shell(command) {
            return Some((Leak::Shell, shown()));
        }
        if let Some(sure) = sends(command, is_tainted) {
            return Some((Leak::Secrets(sure), shown()));
        }
        is_tainted |= reads_secrets(command);
    }
    None
}

/// Whether what a command prints is secret: a file of credentials, the
/// environment, a token.
fn reads_secrets(command: &Command) -> bool {
    let words: Vec<&str> = command.words.iter().map(String::as_str).collect();
    let is_dump = matches!(
        words.as_slice(),
        ["env" | "printenv" | "set" | "history"]
            | ["export" | "declare", "-p"]
            | ["gh", "auth", "token", ..]
            | ["aws", "configure", "get" | "export-credentials", ..]
            | ["security", "dump-keychain" | "find-generic-password", ..]
            | ["kubectl", "get", "secret" | "secrets", ..]
    );
    let prints = matches!(
        name(command).as_str(),
        "cat"
            | "tar"
            | "zip"
            | "base64"
            | "xxd"
            | "gzip"
            | "head"
            | "tail"
            | "sed"
            | "awk"
            | "grep"
            | "find"
            | "openssl"
            | "dd"
            | "jq"
            | "strings"
            | "od"
            | "cp"
            | "curl"
            | "bat"
            | "tac"
            | "less"
            | "7z"
    );
    is_dump
        || (prints && secret_words(&command.words).next().is_some())
        || command.words.iter().any(|word| INSTANCE.is_match(word))
        || command.reads.iter().any(|file| is_secret(file))
}

/// Words that name secrets, but for the values of options that log in with them.
fn secret_words(words: &[String]) -> impl Iterator<Item = &String> {
    let mut last = "";
    words.iter().skip(1).filter(move |word| {
        let before = std::mem::replace(&mut last, word.as_str());
        let logs_in = matches!(
            before,
            "-i" | "--key"
                | "--cert"
                | "--identity"
                | "-K"
                | "--config"
                | "--netrc-file"
                | "-u"
                | "--user"
                | "-E"
                | "--kubeconfig"
                | "-e"
                | "--cacert"
                | "-b"
                | "--cookie"
                | "--exclude"
        );
        !logs_in && !word.starts_with("--exclude") && is_secret(word)
    })
}

fn is_secret(word: &str) -> bool {
    SECRET_FILE.is_match(word) && !word.ends_with(".pub") && !word.contains("example")
}

/// Whether a command sends secrets, and how sure that is.
fn sends(command: &Command, is_tainted: bool) -> Option<Confidence> {
    let all = command.words.join(" ");
    if LOCAL.is_match(&all) {
        return None;
    }
    let to_tcp = |word: &String| word.starts_with("/dev/tcp/") || word.starts_with("/dev/udp/");
    if (is_tainted || reads_secrets(command))
        && (command.words.iter().any(to_tcp) || command.writes.iter().any(to_tcp))
    {
        return Some(Confidence::High);
    }
    match name(command).as_str() {
        "curl" => uploads(command, is_tainted, CURL_DATA),
        "wget" => uploads(command, is_tainted, WGET_DATA),
        "iwr" | "irm" | "invoke-webrequest" | "invoke-restmethod" => {
            uploads(command, is_tainted, POWERSHELL_DATA)
        }
        "nc" | "ncat" | "netcat" | "socat" | "telnet" | "openssl" | "ftp" => {
            let reads = command.reads.iter().any(|file| is_secret(file));
            let is_client = name(command) != "openssl" || all.contains("s_client");
            (is_client && (is_tainted || reads)).then_some(Confidence::High)
        }
        "mail" | "sendmail" | "mutt" => is_tainted.then_some(Confidence::Medium),
        "dig" | "nslookup" | "host" => {
            let asks = command
                .words
                .iter()
                .any(|word| is_secret(word) || DUMPS.is_match(word));
            asks.then_some(Confidence::High)
        }
        "scp" | "rsync" => {
            let is_remote = command.words.iter().any(|word| REMOTE.is_match(word));
            let leaves = is_remote && secret_words(&command.words).next().is_some();
            leaves.then_some(Confidence::Low)
        }
        "aws" if all.contains(" s3 ") => {
            secret_words(&command.words).next().map(|_| Confidence::Low)
        }
        _ => None,
    }
}

const CURL_DATA: &[&str] = &[
    "-d",
    "--data",
    "--data-raw",
    "--data-binary",
    "--data-ascii",
    "--data-urlencode",
    "--json",
    "-F",
    "--form",
    "--form-string",
    "-T",
    "--upload-file",
];
const WGET_DATA: &[&str] = &["--post-data", "--post-file", "--body-data", "--body-file"];
const POWERSHELL_DATA: &[&str] = &["-Body", "-InFile", "-Form"];

/// Whether a client uploads secrets: in its data, its address or a header.
fn uploads(command: &Command, is_tainted: bool, options: &[&str]) -> Option<Confidence> {
    let data = data(&command.words, options);
    let takes_input = |word: &&str| {
        matches!(
            *word,
            "-" | "@-" | "{}" | "$_" | "$input" | "/dev/stdin" | "@/dev/stdin"
        ) || word.ends_with("=@-")
            || word.ends_with("=<-")
            || word.contains("{}")
    };
    let is_secret_data = |word: &&str| is_secret(word) || DUMPS.is_match(word);
    let urls = || command.words.iter().filter(|word| word.contains("://"));
    let in_url = urls().any(|url| DUMPS.is_match(url) || (url.contains("$(") && is_secret(url)));
    let all = command.words.join(" ");
    if data.iter().any(is_secret_data) || in_url || (is_tainted && data.iter().any(takes_input)) {
        return Some(Confidence::High);
    }
    let is_token =
        data.iter().any(|word| TOKEN.is_match(word)) || urls().any(|url| TOKEN.is_match(url));
    (is_token && THROWAWAY.is_match(&all)).then_some(Confidence::High)
}

/// What a client is told to send.
fn data<'a>(words: &'a [String], options: &[&str]) -> Vec<&'a str> {
    let mut out = Vec::new();
    let mut rest = words.iter().skip(1);
    while let Some(word) = rest.next() {
        let is_cluster = word.len() > 2
            && word.starts_with('-')
            && !word.starts_with("--")
            && word.ends_with(['d', 'F', 'T'])
            && options.contains(&"-d");
        if options
            .iter()
            .any(|option| option.eq_ignore_ascii_case(word))
            || is_cluster
        {
            out.extend(rest.next().map(String::as_str));
            continue;
        }
        let joined = options.iter().find_map(|option| {
            let value = word.strip_prefix(option)?;
            if option.starts_with("--") {
                value.strip_prefix('=')
            } else {
                Some(value).filter(|value| !value.is_empty())
            }
        });
        out.extend(joined);
    }
    out
}

/// `nc -e /bin/sh`, `bash -i >& /dev/tcp/…`, `socat … exec:bash`.
fn hands_out_a_shell(command: &Command) -> bool {
    let words = &command.words;
    let is_shell = |word: &str| {
        let name = word.rsplit('/').next().unwrap_or(word);
        matches!(
            name,
            "sh" | "bash"
                | "zsh"
                | "dash"
                | "ash"
                | "cmd.exe"
                | "cmd"
                | "powershell"
                | "powershell.exe"
        )
    };
    let gives = |pair: &[String]| matches!(pair, [option, value] if matches!(option.as_str(), "-e" | "-c" | "--exec" | "--sh-exec") && is_shell(value.split(' ').next().unwrap_or(value)));
    let cluster = |pair: &[String]| matches!(pair, [option, value] if option.starts_with('-') && option.ends_with('e') && is_shell(value));
    match name(command).as_str() {
        "nc" | "ncat" | "netcat" => words.windows(2).any(|pair| gives(pair) || cluster(pair)),
        "socat" => {
            words.iter().any(|word| {
                let word = word.to_ascii_lowercase();
                (word.starts_with("exec:") || word.starts_with("system:")) && word.contains("sh")
            }) && words
                .iter()
                .any(|word| word.to_ascii_lowercase().starts_with("tcp"))
        }
        "sh" | "bash" | "zsh" | "dash" | "ash" | "ksh" => {
            let is_interactive = words
                .iter()
                .any(|word| word.starts_with('-') && word.contains('i'));
            is_interactive
                && command
                    .writes
                    .iter()
                    .any(|to| to.contains("/dev/tcp/") || to.contains("/dev/udp/"))
        }
        _ => false,
    }
}
