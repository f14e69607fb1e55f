//! SSH signatures by `ssh-keygen`, which knows agents and security keys.

use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

/// Signs a message for a purpose; the answer is the armoured signature. Asks the
/// user for a passphrase or a touch where the key needs one.
pub fn ssh_sign(key: &Path, namespace: &str, message: &[u8]) -> io::Result<String> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("statement");
    fs::write(&file, message)?;
    let output = Command::new("ssh-keygen")
        .args(["-Y", "sign", "-n", namespace, "-f"])
        .arg(key)
        .arg(&file)
        .stdin(Stdio::inherit())
        .stdout(Stdio::null())
        .output()?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(io::Error::other(said));
    }
    fs::read_to_string(file.with_extension("sig"))
}
