//! Calls that send what a program read, and shells bound to a socket.

use std::ops::Range;

use gardefou_finding::Confidence;

use super::super::Text;
use super::super::agent_run::{around, line};
use super::Leak;
use crate::pattern::{Pattern, patterns};

/// Characters between what is read and what sends it.
const REACH: usize = 500;
/// Most places of one text.
const MAX_PLACES: usize = 50;

patterns! {
    // The whole environment, as data.
    pub(super) ENVIRONMENT = r#"JSON\.stringify\([^)\n]{0,160}?process\.env\s*[,})]|Object\.(?:entries|keys|values)\(\s*process\.env\s*\)|(?:body|data)\s*:\s*process\.env\s*[,}\n]|\.(?:write|send|end)\(\s*process\.env\s*\)|(?:json\.dumps|str|repr|urlencode|dumps|pformat)\(\s*(?:dict\(|\{\s*\*\*)?\s*os\.environ\b|(?:data|json|params|content)\s*=\s*(?:dict\(|\{\s*\*\*|str\()?\s*os\.environ\s*[,)}]|(?:strings\.Join|json\.Marshal|fmt\.Sprint\w*)\([^)\n]{0,40}os\.Environ\(\)|env::vars\(\)[^;]{0,80}collect|\bENV\.(?:to_h|to_a|to_json|inspect|map)\b|json_encode\(\s*(?:getenv\(\)|\$_ENV|\$_SERVER)|http_build_query\(\s*(?:getenv\(\)|\$_ENV)|System\.getenv\(\)\.(?:toString|entrySet)|ConvertTo-Json[^\n]{0,20}env:|Get-ChildItem\s+env:"#;
    // Files that nobody else shall have.
    pub(super) SECRET = r#"(?i)\.ssh\b["'/\\),\s+]{0,8}(?:[\w"'/\\.,\s+(]{0,24}?id_(?:rsa|ed25519|ecdsa|dsa))?|\bid_(?:rsa|ed25519|ecdsa|dsa)\b|\.aws\b["'/\\),\s+]{1,8}["']?credentials|Login Data\b|\bLocal State\b|\bkey4\.db\b|\blogins\.json\b|wallet\.dat|\.git-credentials|/etc/shadow|\.gnupg\b|login\.keychain|\.config/solana|keystore/UTC|\bMetaMask\b|\.electrum|Exodus/exodus\.wallet|\.cargo/credentials|\.config/gcloud|gh\s+auth\s+token"#;
    READS = r"(?i)\bopen\(|read_text|read_bytes|read_to_string|readFile|ReadFile|createReadStream|File\.read|fs::read|IO\.read|file_get_contents|copy(?:file|2)?\(|\bcat\b|files\s*=|Files\.read|exec(?:Sync)?\(|check_output|execFile|@\{|=@|\.read\(";
    pub(super) SENDS = r#"(?i)requests\.(?:post|put)\(|httpx\.(?:post|put)\(|session\.(?:post|put)\(|urlopen\(|Request\(|https?\.request\(|\bfetch\(|\baxios\b|\bgot\.(?:post|put)|\.post\(|sendBeacon\(|http\.(?:Post|PostForm)\(|http\.NewRequest|reqwest::|ureq::|Net::HTTP|UploadString|UploadData|curl_exec|sendDocument|\.sendall\(|TcpStream::connect|net\.Dial\(|["'`]curl["'`]|\bcurl\s+-|dns\.(?:lookup|resolve\w*)\(|gethostbyname\(|smtplib|nodemailer|ftplib|Invoke-(?:WebRequest|RestMethod)"#;
    POSTS = r#"(?i)\bpost\b|\bput\b|\bbody\b|\bdata\b|["'`]-[dFT]["'`]|\.write\(|\.end\(|upload|send"#;
    ADDRESS = r#"(?i)https?://[\w.-]+|host(?:name)?\s*[:=]\s*["'`][\w.-]+\.\w+|["'`](?:\d{1,3}\.){3}\d{1,3}["'`]|webhook"#;
    HOME_ADDRESS = r"(?i)localhost|127\.0\.0\.1|amazonaws\.com|googleapis\.com|\bsts\.|login\.microsoftonline";
    THROWAWAY = r"(?i)webhook\.site|requestbin|pipedream\.net|\boast\.\w+|interact\.sh|burpcollaborator|\.ngrok|trycloudflare\.com|requestcatcher|hookbin|discord(?:app)?\.com/api/webhooks|api\.telegram\.org/bot";
    pub(super) TOKEN = r#"(?i)process\.env\.\w*(?:TOKEN|SECRET|PASSWORD|KEY|CREDENTIAL)\w*|os\.environ(?:\.get\(|\[)["']\w*(?:TOKEN|SECRET|PASSWORD|KEY|CREDENTIAL)\w*|getenv\(["']\w*(?:TOKEN|SECRET|PASSWORD|KEY|CREDENTIAL)\w*"#;
    // Repositories made to leave things in.
    pub(super) DROP = r#"(?i)gh\s+auth\s+token|trufflehog"#;
    DROPS = r#"(?i)user/repos["'`?][^;]{0,200}\bPOST\b|\bPOST\b[^;]{0,200}user/repos|createForAuthenticatedUser|gh\s+repo\s+create\s[^\n]*--public"#;
    // Pairs of a socket and what is bound to it.
    pub(super) SOCKET_PY = r"socket\.(?:socket\(|create_connection)|\bsocket\(\s*(?:AF_INET|socket)";
    pub(super) DUP = r"\bdup2\s*\(|pty\.spawn\(";
    pub(super) SOCKET_JS = r"\bnet\.(?:connect|createConnection|Socket)\b|new\s+net\.Socket|tls\.connect\(";
    pub(super) SPAWN_JS = r#"spawn\(\s*["'](?:/bin/)?(?:ba|z)?sh["']|spawn\(\s*["'](?:cmd(?:\.exe)?|powershell(?:\.exe)?)["']"#;
    pub(super) SOCKET_RB = r"TCPSocket\.(?:new|open)|fsockopen\(|stream_socket_client\(|Net\.Sockets\.TCPClient|new\s+Socket\(|net\.Dial\(|\bconnect\(\s*sock\w*";
    pub(super) SHELL = r#"(?i)\bexec\S*\s+["']?/bin/(?:ba)?sh|["']/bin/(?:ba)?sh(?:\s+-i)?["']|proc_open|shell_exec|\biex\b|Invoke-Expression|IO\.popen|exec\.Command\(\s*["'](?:/bin/)?(?:ba)?sh["']|["']cmd\.exe["']"#;
}

/// Two patterns that together hand a shell to a host.
static SHELLS: &[(&Pattern, &Pattern)] = &[
    (&SOCKET_PY, &DUP),
    (&SOCKET_JS, &SPAWN_JS),
    (&SOCKET_RB, &SHELL),
];

/// The places where a program sends secrets away or hands out a shell.
pub(super) fn leaks(text: &Text<'_>, is_script: bool) -> Vec<(Range<usize>, Leak)> {
    let mut out = Vec::new();
    let whole = text.text();
    for (socket, shell) in SHELLS.iter().filter(|(_, shell)| text.may(shell)) {
        for found in text.find_iter(socket).take(MAX_PLACES) {
            let near = around(whole, &found.range(), REACH);
            let runs = socket_runs(near, shell);
            if runs && !is_comment(whole, found.start()) {
                out.push((found.range(), Leak::Shell));
            }
        }
    }
    // What commands of a script send is told by their words.
    if is_script {
        return out;
    }
    if text.may(&SENDS) {
        out.extend(sent(text, &ENVIRONMENT, is_environment_sent));
        out.extend(sent(text, &SECRET, is_file_sent));
        out.extend(sent(text, &TOKEN, is_token_sent));
    }
    out.extend(sent(text, &DROP, |near| DROPS.is_match(near)));
    out
}

/// A shell beside a socket, and what joins them.
fn socket_runs(near: &str, shell: &Pattern) -> bool {
    const JOINTS: &[&str] = &[
        "dup2",
        "pty.spawn",
        ".pipe(",
        "Stdin",
        "stdin",
        "popen",
        "proc_open",
        "shell_exec",
        "iex",
        "Invoke-Expression",
        "<&",
        ">&",
        "exec",
    ];
    shell.is_match(near) && JOINTS.iter().any(|joint| near.contains(joint))
}

fn sent(
    text: &Text<'_>,
    source: &'static Pattern,
    test: fn(&str) -> bool,
) -> Option<(Range<usize>, Leak)> {
    let whole = text.text();
    let mut places = text.find_iter(source).take(MAX_PLACES);
    let found = places.find(|found| {
        !is_comment(whole, found.start()) && test(around(whole, &found.range(), REACH))
    });
    found.map(|found| (found.range(), Leak::Secrets(Confidence::Medium)))
}

fn is_environment_sent(near: &str) -> bool {
    SENDS.is_match(near)
        && POSTS.is_match(near)
        && ADDRESS.is_match(near)
        && !HOME_ADDRESS.is_match(near)
}

fn is_file_sent(near: &str) -> bool {
    let is_public = near.contains(".pub") || near.contains("authorized_keys");
    READS.is_match(near) && is_environment_sent(near) && ADDRESS.is_match(near) && !is_public
}

fn is_token_sent(near: &str) -> bool {
    THROWAWAY.is_match(near)
        && SENDS.is_match(near)
        && !near.contains("TELEGRAM")
        && !near.contains("DISCORD")
}

fn is_comment(text: &str, at: usize) -> bool {
    let own = text.get(line(text, &(at..at))).unwrap_or_default();
    let own = own.trim_start();
    ["//", "#", "*", "--", "<!--"]
        .iter()
        .any(|mark| own.starts_with(mark))
}
