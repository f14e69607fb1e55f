//! Commands on files, disks and systems.

use super::Harm;
use crate::shell::Command;

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
        "ssh" | "su" => {
            let script = words.iter().skip(1).find(|word| word.contains(' '))?;
            Some(Wrapped::Script(script.clone()))
        }
        "echo" | "printf" => None,
        _ => None,
    }
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
pub(super) fn led(commands: Vec<Command>) -> Vec<Command> {
    let mut is_home = false;
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

/// Words that a command gets from the one before it in a pipe.
fn piped(before: &Command, command: &Command, name_of: &str) -> Vec<String> {
    let rest = before.words.get(1..).unwrap_or_default();
    match (name(before).to_ascii_lowercase().as_str(), name_of) {
        ("get-childitem" | "gci" | "ls" | "dir", "remove-item" | "ri") => rest.to_vec(),
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
    let targets = || words.iter().skip(1).filter(|word| !word.starts_with('-'));
    let forced = words.iter().any(|word| word == "--no-preserve-root");
    let is_bare = words.first().is_some_and(|word| word.ends_with("rimraf"));
    (recursive(words) || is_bare || forced) && targets().any(|word| is_vital(word))
}

/// `find` from a vital directory that deletes all it meets.
fn finds_all(words: &[String]) -> bool {
    let deletes = words.iter().any(|word| word == "-delete")
        || words.windows(2).any(|pair| matches!(pair, [exec, rm] if exec.starts_with("-exec") && (rm == "rm" || rm.ends_with("/rm") || rm == "shred")));
    let is_narrow = words.iter().any(|word| {
        matches!(
            word.as_str(),
            "-name"
                | "-iname"
                | "-path"
                | "-regex"
                | "-mtime"
                | "-mmin"
                | "-newer"
                | "-empty"
                | "-user"
                | "-size"
                | "-atime"
                | "-xtype"
                | "-perm"
        )
    });
    deletes && !is_narrow && words.iter().skip(1).any(|word| is_vital(word))
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
