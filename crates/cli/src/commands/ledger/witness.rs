//! `gardefou ledger witness`: a second machine that sees to it that there is one history.

use std::path::Path;
use std::sync::Arc;

use gardefou_finding::ExitStatus;
use gardefou_host::{
    HttpAnswer, HttpRequest, KeyOrigin, WitnessFolder, random, read_key, read_limited, serve_http,
    write_key,
};
use gardefou_ledger::{
    AddCheckpoint, Cosigner, MAX_REQUEST, Refusal, SecretKey, VerifierKey, cosignature, judge,
};

use super::args::{Witness, WitnessConfig};
use super::{Error, escaped, public, put, time_now};
use crate::messages::say;

/// Runs `gardefou ledger witness`.
pub(crate) fn run(command: &Witness) -> Result<ExitStatus, Error> {
    match command {
        Witness::Init { name, key } => init(name, key),
        Witness::Cosign { config, request } => cosign(config, request),
        Witness::Serve { config, listen } => {
            let office = Arc::new(Office::open(config)?);
            let ready = |address| {
                say(&format!(
                    "gardefou: witness `{}` listens on http://{address}/add-checkpoint",
                    office.name
                ))
            };
            let answerer = Arc::clone(&office);
            serve_http(*listen, MAX_REQUEST, ready, move |request| {
                answerer.answer(&request)
            })
            .map_err(|error| Error::File(listen.to_string(), error))?;
            Ok(ExitStatus::Clean)
        }
    }
}

/// Makes a witness's key.
fn init(name: &str, path: &Path) -> Result<ExitStatus, Error> {
    let seed = random().map_err(Error::randomness)?;
    let secret = SecretKey::from_seed(&seed);
    let cosigner = Cosigner::new(name, secret.clone(), time_now()?)?;
    write_key(path, &secret)?;
    put(&format!("{}\n", cosigner.verifier()))?;
    Ok(ExitStatus::Clean)
}

fn cosign(config: &WitnessConfig, path: &Path) -> Result<ExitStatus, Error> {
    let request = read_limited(path, MAX_REQUEST).map_err(|error| Error::file(path, error))?;
    match Office::open(config)?.cosign(&request)? {
        Ok(line) => {
            put(&line)?;
            Ok(ExitStatus::Clean)
        }
        Err(refusal) => {
            say(&format!("gardefou: not cosigned: {refusal}"));
            Ok(ExitStatus::Findings)
        }
    }
}

/// A witness at work.
struct Office {
    name: String,
    secret: SecretKey,
    logs: Vec<VerifierKey>,
    state: std::path::PathBuf,
}

impl Office {
    fn open(config: &WitnessConfig) -> Result<Self, Error> {
        let secret = read_key(&KeyOrigin::File(config.key.clone()))?;
        Cosigner::new(&config.name, secret.clone(), time_now()?)?;
        let logs = config.log.iter().map(|key| Ok(public(key)?.log()?));
        Ok(Self {
            name: config.name.clone(),
            secret,
            logs: logs.collect::<Result<_, Error>>()?,
            state: config.state.clone(),
        })
    }

    /// Judges a request and remembers the checkpoint before the cosignature is let out.
    fn cosign(&self, request: &[u8]) -> Result<Result<String, Refusal>, Error> {
        let Ok(request) = AddCheckpoint::parse(request) else {
            return Ok(Err(Refusal::Malformed));
        };
        let wrong = |error| Error::file(&self.state, error);
        let state = WitnessFolder::open(&self.state).map_err(wrong)?;
        let latest = state.latest(&request.checkpoint.checkpoint().origin)?;
        let latest = latest.as_ref().map(|one| one.checkpoint());
        if let Err(refusal) = judge(&self.logs, latest, &request) {
            return Ok(Err(refusal));
        }
        let cosigner = Cosigner::new(&self.name, self.secret.clone(), time_now()?)?;
        let line = cosignature(&cosigner, &request)?;
        state.keep(&request.checkpoint).map_err(wrong)?;
        Ok(Ok(line))
    }

    fn answer(&self, request: &HttpRequest) -> HttpAnswer {
        if request.path != "/add-checkpoint" {
            return plain(404, "there is /add-checkpoint only");
        }
        if request.method != "POST" {
            return plain(405, "POST a checkpoint here");
        }
        match self.cosign(&request.body) {
            Ok(Ok(line)) => HttpAnswer {
                status: 200,
                form: "text/plain; charset=utf-8",
                body: line,
            },
            Ok(Err(refusal)) => self.refuse(refusal),
            Err(error) => {
                // Whoever asks learns nothing of this machine.
                error
                    .lines()
                    .iter()
                    .for_each(|line| say(&format!("gardefou: {line}")));
                plain(500, "the witness cannot answer now")
            }
        }
    }

    fn refuse(&self, refusal: Refusal) -> HttpAnswer {
        say(&format!(
            "gardefou: not cosigned: {}",
            escaped(&refusal.to_string())
        ));
        match refusal {
            Refusal::Conflict(size) => HttpAnswer {
                status: refusal.status(),
                form: "text/x.tlog.size",
                body: format!("{size}\n"),
            },
            other => plain(other.status(), &other.to_string()),
        }
    }
}

fn plain(status: u16, text: &str) -> HttpAnswer {
    HttpAnswer {
        status,
        form: "text/plain; charset=utf-8",
        body: format!("{text}\n"),
    }
}
