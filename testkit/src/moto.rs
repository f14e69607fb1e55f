//! moto, an emulator of AWS that is not ours: the oracle of everything about S3.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "tests start programs, fail by panicking and say loudly what they skip"
)]

use std::ffi::OsString;
use std::io;
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Credentials that moto takes for an account; AWS's own documentation has them.
pub const KEYS: &[(&str, &str)] = &[
    ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
    (
        "AWS_SECRET_ACCESS_KEY",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    ),
];

/// Time within which a server must answer.
const START: Duration = Duration::from_secs(120);

/// Serves on the port that follows.
const SERVE: &str = "import sys; from moto.server import main; main(sys.argv[1:])";

/// A moto server on this machine, stopped when dropped.
#[derive(Debug)]
pub struct Moto {
    python: OsString,
    process: Child,
    endpoint: String,
}

impl Moto {
    /// Starts a server with these environment variables, or says loudly that
    /// `test` is skipped. `GARDEFOU_TEST_PYTHON` names a Python that has
    /// `moto[server]`; without the variable it is `python3`.
    ///
    /// # Panics
    /// If the server is there and does not start.
    pub fn start(test: &str, variables: &[(&str, &str)]) -> Option<Self> {
        Self::serve(test, SERVE, variables)
    }

    /// The same with a script of one's own, which serves what its arguments say.
    ///
    /// # Panics
    /// If the server is there and does not start.
    pub fn serve(test: &str, script: &str, variables: &[(&str, &str)]) -> Option<Self> {
        let python = python(test)?;
        let port = free_port().expect("the machine has a free port");
        let process = Command::new(&python)
            .args(["-c", script, "-H", "127.0.0.1", "-p", &port.to_string()])
            .envs(variables.iter().copied())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the Python that was just asked starts again");
        let start = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(start.elapsed() < START, "moto does not start");
            sleep(Duration::from_millis(100));
        }
        let endpoint = format!("http://127.0.0.1:{port}");
        Some(Self {
            python,
            process,
            endpoint,
        })
    }

    /// Its URL, for `AWS_ENDPOINT_URL`.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Runs a Python script, whose first argument is the endpoint.
    ///
    /// # Panics
    /// If the script fails.
    pub fn run_script(&self, script: &str, arguments: &[&str]) {
        self.ask_script(script, arguments);
    }

    /// The same; what the script prints.
    ///
    /// # Panics
    /// If the script fails.
    pub fn ask_script(&self, script: &str, arguments: &[&str]) -> String {
        let output = Command::new(&self.python)
            .args(["-c", script, &self.endpoint])
            .args(arguments)
            .envs(KEYS.iter().copied())
            .env("AWS_DEFAULT_REGION", "us-east-1")
            .output()
            .expect("the Python that was asked before starts again");
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "a script for moto failed: {told}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _gone = self.process.kill();
        let _status = self.process.wait();
    }
}

/// A port of this machine that nothing listens on.
///
/// # Errors
/// The system's, when there is none.
pub fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// A Python that can run moto, or `None`, which is told.
fn python(test: &str) -> Option<OsString> {
    let python = std::env::var_os("GARDEFOU_TEST_PYTHON").unwrap_or_else(|| "python3".into());
    let found = Command::new(&python)
        .args(["-c", "import moto.server, flask, boto3"])
        .stderr(Stdio::null())
        .status();
    if found.is_ok_and(|status| status.success()) {
        return Some(python);
    }
    eprintln!("SKIPPED {test}: {python:?} has no `moto[server]` (GARDEFOU_TEST_PYTHON)");
    None
}
