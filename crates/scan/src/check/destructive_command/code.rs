//! Calls of programming languages that delete a home directory or a root.

use std::ops::Range;

use super::super::Text;
use super::super::agent_run::line;
use super::super::snippet::{homes, is_home};
use crate::pattern::patterns;

patterns! {
    pub(super) CALL = r#"(?:shutil\.rmtree|\bfs(?:\.promises|Promises|p|Extra)?\.(?:rmSync|rmdirSync|rm|rmdir|removeSync|remove|emptyDirSync|emptyDir)|\brmSync|\brimraf(?:\.sync|Sync)?|os\.RemoveAll|fs::remove_dir_all|FileUtils\.rm_rf|FileUtils\.remove_dir|FileUtils\.(?:deleteDirectory|cleanDirectory)|Directory\.Delete|rm_rf|deltree|rmtree|\bawait\s+rm|\bremove)!?\s*\(\s*(?:&|r|f|new File\(|Path\(|pathlib\.Path\(|str\()?\s*(?:["'`](?:/|~/?|/home/?|/Users/?|/root/?|C:\\\\?|\$HOME)["'`]|(?:os\.)?homedir\(\)|(?:pathlib\.)?Path\.home\(\)|os\.path\.expanduser\(\s*["']~/?["']\s*\)|process\.env\.(?:HOME|USERPROFILE)|process\.env\[["']HOME["']\]|os\.environ(?:\[|\.get\()["'](?:HOME|USERPROFILE)["'][\])]|os\.Getenv\("HOME"\)|Dir\.home|ENV\[["']HOME["']\]|System\.getProperty\("user\.home"\)|(?:dirs::)?home_dir\(\)(?:\.unwrap\(\))?|(?:std::)?env::var\("HOME"\)(?:\.unwrap\(\))?|(?:System\.)?Environment\.GetFolderPath\(\s*(?:System\.)?Environment\.SpecialFolder\.UserProfile\s*\)|path\.(?:join|resolve)\(\s*(?:os\.)?homedir\(\)\s*\)|\$ENV\{HOME\}|getenv\(["']HOME["']\)|["'`]/["'`])\s*[,)]"#;
    pub(super) JOINED = r#"["'`](?:sudo\s+)?(?:rm\s+-[a-zA-Z]*[rR][a-zA-Z]*|rd\s+/s(?:\s+/q)?|Remove-Item\s+-Recurse(?:\s+-Force)?)\s+(?:--\s+)?["'`]?["'`]\s*(?:\+|\.|,|<>|&)\s*(?:(?:os\.)?homedir\(\)|os\.path\.expanduser\(\s*["']~/?["']\s*\)|(?:str\()?Path\.home\(\)|process\.env\.(?:HOME|USERPROFILE)|os\.environ|os\.Getenv\("HOME"\)|getenv\(["']HOME["']\)|Dir\.home|ENV\[["']HOME["']\]|System\.getProperty\("user\.home"\)|\$_SERVER\[["']HOME["']\])"#;
    pub(super) WALK = r#"(?:os\.walk|rglob|glob\.glob|readdirSync|readdir|filepath\.Walk(?:Dir)?|Dir\.glob|scandir)\s*\(?[^\n]{0,60}?(?:["'`](?:/|~/?)["'`]|homedir\(\)|Path\.home\(\)|expanduser\(\s*["']~/?["']\s*\)|\bHOME\b|Dir\.home|home_dir|user\.home)"#;
    pub(super) WALK_AFTER = r#"(?:Path\.home\(\)|homedir\(\)|expanduser\(["']~/?["']\)\)?)\.(?:rglob|glob|iterdir)\("#;
    pub(super) NAMED = r#"(?:shutil\.rmtree|\bfs(?:\.promises|Promises|p|Extra)?\.(?:rmSync|rmdirSync|rm|rmdir|removeSync|remove|emptyDirSync|emptyDir)|require\(\s*["'](?:node:)?fs["']\s*\)\.\w+|\brmSync|\brimraf(?:\.sync|Sync)?|os\.RemoveAll|fs::remove_dir_all|\bremove_dir_all|FileUtils\.(?:rm_rf|remove_dir|deleteDirectory|cleanDirectory)|Directory\.Delete|\brmtree)!?\s*\(\s*(?:&|new File\(|Path\(|str\()?\s*(?:path\.(?:join|resolve)\(\s*)?([A-Za-z_]\w*)(?:\.unwrap\(\)|\.clone\(\)|\.as_path\(\)|\))*\s*[,)]"#;
    UNLINK = r"os\.remove\(|os\.unlink\(|\.unlink\(|unlinkSync\(|fs\.unlink|rmSync\(|shutil\.rmtree\(|os\.Remove(?:All)?\(|File\.delete|fs\.rm\(";
}

/// Characters after a walk over a home directory in which a deletion belongs to it.
const REACH: usize = 500;

/// Places where a call deletes a home directory or a root.
pub(super) fn destroys(text: &Text<'_>) -> Vec<Range<usize>> {
    let whole = text.text();
    let calls = text.find_iter(&CALL).chain(text.find_iter(&JOINED));
    let mut out: Vec<Range<usize>> = calls.map(|found| found.range()).collect();
    for walk in text.find_iter(&WALK).chain(text.find_iter(&WALK_AFTER)) {
        let end = whole.floor_char_boundary((walk.end() + REACH).min(whole.len()));
        let after = whole.get(walk.end()..end).unwrap_or_default();
        if UNLINK.is_match(after) {
            out.push(walk.range());
        }
    }
    let homes = homes(text);
    if !homes.is_empty() {
        for found in text.captures_iter(&NAMED) {
            if let (Some(call), Some(name)) = (found.get(0), found.get(1))
                && is_home(whole, &homes, name.as_str(), call.start())
            {
                out.push(call.range());
            }
        }
    }
    out.retain(|range| !is_comment(whole, range));
    out
}

fn is_comment(text: &str, range: &Range<usize>) -> bool {
    let own = text.get(line(text, range)).unwrap_or_default().trim_start();
    ["//", "#", "*", "--"]
        .iter()
        .any(|mark| own.starts_with(mark))
}
