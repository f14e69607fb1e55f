//! Commands on files, disks and systems.

use std::ops::Range;

use super::Harm;
use crate::pattern::patterns;
use crate::shell::Command;

patterns! {
    FORMATS = r"\bmkfs|\bdd\s|\bwipefs\b|\bblkdiscard\b";
    WIPES = r"\brm\s|\bshred\b|/dev/(?:zero|u?random)\s[^\n]*of=/dev/(?:sda|nvme0n1|vda|xvda|disk0)\b";
    SETS_UP = r"\bblkid\b|\blsblk\b|\bfile\s+-s|\bmount\b|/etc/fstab|\bpvcreate\b|\bmkpart\b|\bsgdisk\b|\blosetup\b|\bparted\b";
}

/// A command that is told to run another.
pub(super) enum Wrapped {
    /// As words.
    Words(Vec<String>),
    /// As a script.
    Script(String),
}

fn name(command: &Command) -> &str {
    let first = command.words.first().map_or("", String::as_str);
    first.rsplit(['/', '\\']).next().unwrap_or(first)
}

/// What a command runs instead of itself.
pub(super) fn wrapped(command: &Command) -> Option<Wrapped> {
    let words = &command.words;
    let rest = |from: usize| words.get(from..).map(<[String]>::to_vec);
    match name(command) {
        "sudo" | "doas" | "env" | "nohup" | "exec" | "command" | "nice" | "ionice" | "setsid"
        | "stdbuf" | "builtin" | "xargs" | "busybox" | "caffeinate" | "timeout" | "unbuffer"
        | "parallel" | "RUN" | "cross-env" => Some(Wrapped::Words(rest(after_options(words))?)),
        "bash" | "sh" | "zsh" | "dash" | "ksh" | "ash" | "cmd" | "cmd.exe" => {
            let at = words.iter().position(|word| is_script_option(word))?;
            words.get(at + 1).cloned().map(Wrapped::Script)
        }
        "eval" => Some(Wrapped::Script(rest(1)?.join(" "))),
        "docker" | "podman" | "nerdctl" => mounted(words).map(Wrapped::Words),
        "ssh" | "su" => {
            let script = words.iter().skip(1).find(|word| word.contains(' '))?;
            Some(Wrapped::Script(script.clone()))
        }
        "echo" | "printf" => None,
        _ => None,
    }
}

/// What a container runs, with the host's paths for those that are mounted.
fn mounted(words: &[String]) -> Option<Vec<String>> {
    let at = words.iter().position(|word| word == "run")?;
    let mut mounts = Vec::new();
    let mut rest = words.get(at + 1..)?.iter();
    let mut command: Vec<String> = Vec::new();
    while let Some(word) = rest.next() {
        let value = match word.as_str() {
            "-v" | "--volume" | "--mount" => rest.next().map(String::as_str),
            other => other
                .strip_prefix("--volume=")
                .or(other.strip_prefix("-v=")),
        };
        if let Some((from, to)) = value.and_then(|value| value.split_once(':')) {
            let to = to.split(':').next().unwrap_or(to);
            mounts.push((from.to_owned(), to.to_owned()));
        } else if is_program(word) {
            command.push(word.clone());
            command.extend(rest.by_ref().map(|word| on_host(word, &mounts)));
        }
    }
    let is_vital_mount = mounts.iter().any(|(from, _)| is_vital(from));
    (is_vital_mount && !command.is_empty()).then_some(command)
}

fn is_program(word: &str) -> bool {
    let name = word.rsplit('/').next().unwrap_or(word);
    matches!(
        name,
        "rm" | "find" | "shred" | "dd" | "sh" | "bash" | "ash" | "mv" | "wipefs"
    )
}

/// Words of a container's command, with the host's paths in them.
fn on_host(word: &str, mounts: &[(String, String)]) -> String {
    let mut out = word.to_owned();
    for (from, to) in mounts.iter().filter(|(_, to)| to.len() > 1) {
        let root = from.trim_end_matches('/');
        out = out.replace(&format!("{to}/"), &format!("{root}/"));
        if out.ends_with(to.as_str()) {
            let head = out.len() - to.len();
            out = format!("{}{from}", out.get(..head).unwrap_or_default());
        }
    }
    out
}

fn is_script_option(word: &str) -> bool {
    word.eq_ignore_ascii_case("/c")
        || (word.starts_with('-') && !word.starts_with("--") && word.ends_with('c'))
}

/// Index of the first word that is no option, no `NAME=value` and no number.
fn after_options(words: &[String]) -> usize {
    let takes_value =
        |word: &str| matches!(word, "-u" | "-g" | "-n" | "-I" | "-P" | "-L" | "-s" | "-k");
    let mut at = 1;
    while let Some(word) = words.get(at) {
        let is_number = word
            .trim_end_matches(['s', 'm', 'h'])
            .parse::<f64>()
            .is_ok();
        if takes_value(word) {
            at += 2;
        } else if word.starts_with('-')
            || is_number
            || (word.contains('=') && !word.contains(' '))
            || word == "{}"
        {
            at += 1;
        } else {
            break;
        }
    }
    at
}

/// What a command does to files, disks and systems.
pub(super) fn harm(command: &Command) -> Option<Harm> {
    let words = &command.words;
    let has = |word: &str| words.iter().any(|w| w.eq_ignore_ascii_case(word));
    let is_bad = match name(command).to_ascii_lowercase().as_str() {
        "rm" | "rimraf" | "trash" | "srm" | "del-cli" => deletes_all(words),
        "tar" => has("--remove-files") && words.iter().any(|word| is_vital(word)),
        "rsync" => {
            let is_bare = words.iter().any(|word| word.contains("empty"));
            has("--delete") && is_bare && words.last().is_some_and(|to| is_vital(to))
        }
        "find" | "fd" => finds_all(words),
        "dd" => words
            .iter()
            .any(|word| word.strip_prefix("of=").is_some_and(is_disk)),
        "shred" | "wipefs" | "blkdiscard" | "badblocks" => {
            words.iter().any(|word| is_disk(word) || is_vital(word))
        }
        "diskutil" => words
            .iter()
            .any(|word| word.to_ascii_lowercase().starts_with("erase")),
        "vssadmin" => has("delete") && has("shadows"),
        "cipher" => words
            .iter()
            .any(|word| word.to_ascii_lowercase().starts_with("/w")),
        "rd" | "rmdir" | "del" | "deltree" => {
            (has("/s") || name(command) == "deltree") && words.iter().any(|word| is_vital(word))
        }
        "remove-item" | "ri" => {
            words.iter().any(|word| is_recurse(word)) && words.iter().any(|word| is_vital(word))
        }
        // `cmd /c` and `sh -c` whose program stands in another argument.
        "c" | "-c" if matches!(words.first().map(String::as_str), Some("/c" | "/C" | "-c")) => {
            let words = words.get(1..).unwrap_or_default().to_vec();
            return harm(&Command {
                words,
                ..command.clone()
            });
        }
        "format" => words
            .iter()
            .skip(1)
            .any(|word| word.len() == 2 && word.ends_with(':')),
        "chmod" | "chown" => {
            recursive(words) && words.iter().any(|word| word == "/" || word == "/*")
        }
        "mv" => {
            words.last().is_some_and(|to| to == "/dev/null")
                && words.iter().any(|word| is_vital(word))
        }
        first if first.starts_with("mkfs") => words.iter().any(|word| is_disk(word)),
        ":(){" | ":()" => true,
        _ => false,
    };
    let writes_disk = command.writes.iter().any(|to| is_disk(to));
    (is_bad || writes_disk).then_some(Harm::System)
}

/// The commands as they are where those before them lead: after `cd ~`, the
/// directory that they are in is the home directory; what a list of it is piped
/// into gets the list; `printf 'rm …' | sh` runs what it prints.
pub(super) fn led(commands: Vec<Command>, start: Option<&str>) -> Vec<Command> {
    let mut is_home = start.is_some_and(is_vital_start);
    let mut out: Vec<Command> = Vec::new();
    for mut command in commands {
        let name = name(&command).to_ascii_lowercase();
        let target = command.words.get(1).map_or("", String::as_str);
        if matches!(name.as_str(), "cd" | "pushd" | "set-location") {
            is_home = is_vital(target);
        } else if is_home {
            for word in command.words.iter_mut().skip(1) {
                if matches!(word.as_str(), "." | "./" | "*" | "./*" | ".*" | "./.*") {
                    "~".clone_into(word);
                }
            }
        }
        if let Some(before) = out.last().filter(|_| command.is_piped) {
            let more = piped(before, &command, &name);
            command.words.extend(more);
        }
        out.push(command);
    }
    out
}

/// Whether a directory, as a script names it, is one that must not be emptied.
fn is_vital_start(to: &str) -> bool {
    matches!(to.trim_end_matches('/'), "$HOME" | "${HOME}") || is_vital(to)
}

/// Words that a command gets from the one before it in a pipe.
fn piped(before: &Command, command: &Command, name_of: &str) -> Vec<String> {
    let rest = before.words.get(1..).unwrap_or_default();
    match (name(before).to_ascii_lowercase().as_str(), name_of) {
        (
            "get-childitem" | "gci" | "ls" | "dir",
            "remove-item" | "ri" | "rm" | "del" | "foreach-object" | "%",
        ) => rest.to_vec(),
        ("find" | "fd" | "ls" | "du", "xargs" | "parallel") if !is_narrow(&before.words) => {
            let vital = rest.iter().filter(|word| is_vital(word)).cloned();
            // What is listed one by one needs no recursion to be gone.
            std::iter::once("-r".to_owned()).chain(vital).collect()
        }
        ("echo" | "printf", "sh" | "bash" | "zsh" | "dash") if command.words.len() == 1 => {
            let script = rest.join(" ");
            vec!["-c".to_owned(), script]
        }
        _ => Vec::new(),
    }
}

fn is_recurse(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    word.len() >= 2 && "-recurse".starts_with(&word)
}

fn recursive(words: &[String]) -> bool {
    words.iter().skip(1).any(|word| {
        word == "--recursive"
            || (word.starts_with('-') && !word.starts_with("--") && word.contains(['r', 'R']))
    })
}

fn deletes_all(words: &[String]) -> bool {
    // A name that a loop sets stands for every word of its list.
    let targets = || {
        let words = words.iter().skip(1).flat_map(|word| parts(word));
        words.filter(|word| !word.starts_with('-'))
    };
    let forced = words.iter().any(|word| word == "--no-preserve-root");
    let is_bare = words.first().is_some_and(|word| word.ends_with("rimraf"));
    (recursive(words) || is_bare || forced) && targets().any(is_vital)
}

/// The words of a word that a list was put into; a substitution is one.
fn parts(word: &str) -> Vec<&str> {
    if word.starts_with("$(") {
        vec![word]
    } else {
        word.split_whitespace().collect()
    }
}

/// `find` from a vital directory that deletes all it meets.
fn finds_all(words: &[String]) -> bool {
    let deletes = words.iter().any(|word| word == "-delete")
        || words.windows(2).any(|pair| matches!(pair, [exec, rm] if exec.starts_with("-exec") && (rm == "rm" || rm.ends_with("/rm") || rm == "shred")));
    deletes && !is_narrow(words) && words.iter().skip(1).any(|word| is_vital(word))
}

/// Whether `find` is told to take only some of what it meets.
fn is_narrow(words: &[String]) -> bool {
    const TESTS: &[&str] = &[
        "-name", "-iname", "-path", "-regex", "-mtime", "-mmin", "-newer", "-empty", "-size",
        "-atime", "-ctime", "-xtype", "-perm", "-nouser",
    ];
    let all = |value: Option<&String>| value.is_some_and(|value| value.chars().all(|c| c == '*'));
    let mut pairs = words.iter().enumerate();
    pairs.any(|(at, word)| TESTS.contains(&word.as_str()) && !all(words.get(at + 1)))
}

/// Whether the commands around one that formats or fills a disk set up a new
/// one: they ask whether it holds anything, or mount it.
pub(super) fn is_provisioning(text: &str, range: &Range<usize>) -> bool {
    let own = text.get(range.clone()).unwrap_or_default();
    let is_format = FORMATS.is_match(own) && !WIPES.is_match(own);
    is_format && SETS_UP.is_match(super::super::agent_run::around(text, range, 500))
}

fn is_disk(word: &str) -> bool {
    [
        "/dev/sd",
        "/dev/nvme",
        "/dev/hd",
        "/dev/vd",
        "/dev/xvd",
        "/dev/disk",
        "/dev/rdisk",
        "/dev/mapper",
        "/dev/mmcblk",
        r"\\.\PhysicalDrive",
    ]
    .iter()
    .any(|disk| word.starts_with(disk))
}

/// Whether a path is a home directory, the root, or a directory that a system
/// or a person cannot do without.
pub(super) fn is_vital(word: &str) -> bool {
    let path = word.trim_matches(['"', '\'']);
    let lower = path.to_ascii_lowercase().replace('\\', "/");
    let lower = lower
        .trim_end_matches("/.")
        .trim_end_matches("/*")
        .trim_end_matches("/.*")
        .trim_end_matches("/{*,.*}");
    let lower = if lower == "/" {
        lower
    } else {
        lower.trim_end_matches('/')
    };
    let is_asked = lower.starts_with("$(getent passwd") || lower.starts_with("$(eval echo ~");
    is_asked
        || matches!(
            lower,
            "" | "/"
                | "~"
                | "$home"
                | "/home"
                | "/users"
                | "/root"
                | "/etc"
                | "/usr"
                | "/bin"
                | "/lib"
                | "/boot"
                | "/var"
                | "/opt"
                | "/srv"
                | "/dev"
                | "/sys"
                | "/sbin"
                | "c:"
                | "c:/users"
                | "c:/windows"
                | "%userprofile%"
                | "$env:userprofile"
                | "$env:home"
                | "%homepath%"
                | "%systemdrive%"
                | "%systemdrive%/"
                | "~/documents"
                | "~/desktop"
                | "~/pictures"
                | "~/.ssh"
                | "~/.aws"
                | "~/.gnupg"
                | "~/.kube"
                | "~/downloads"
                | "/home/$user"
                | "/users/$user"
                | "/home/$(whoami)"
                | "/users/$(whoami)"
                | "$(echo ~)"
                | "~$user"
                | "/mnt/c"
                | "/mnt/c/users"
                | "%appdata%"
                | "/*"
                | "/library"
                | "/applications"
                | "/system"
        ) && !(lower.is_empty() && path.is_empty())
}
