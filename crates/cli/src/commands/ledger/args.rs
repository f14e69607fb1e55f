//! What was typed after `gardefou ledger`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use gardefou_finding::Timestamp;
use gardefou_ledger::{Terms, VerifierKey};

use crate::args::time;

const VERIFY_HELP: &str = "\
Examples:
  gardefou ledger verify audit --vkey audit.vkey
  gardefou ledger verify audit --vkey audit.vkey --checkpoint kept-last-month --policy witnesses
  gardefou ledger verify --proof 17.tlog-proof --vkey audit.vkey --payload 17.bin

Exit status:
  0  proven
  1  not proven: the output says what contradicts the claim
  2  wrong use
  3  something could not be read";

const WITNESS_HELP: &str = "\
Examples:
  gardefou ledger checkpoint audit --request --out request
  curl --data-binary @request https://witness.example/add-checkpoint > answer
  cat request answer | gardefou ledger checkpoint audit --add - --witness witness.vkey";

/// `gardefou ledger`
#[derive(Debug, Subcommand)]
pub(crate) enum Ledger {
    /// Open a new ledger, and make its key
    Init(Init),
    /// Append entries; when this returns, they are durable
    Append(Append),
    /// List entries, or show one with its payload
    Show(Show),
    /// Write a proof that an entry is in the ledger, to be verified without it
    Prove(Prove),
    /// Verify a whole ledger, or one proof, with nothing but a public key
    #[command(after_help = VERIFY_HELP)]
    Verify(Verify),
    /// Print the newest checkpoint, ask witnesses to cosign it, keep their answers
    #[command(after_help = WITNESS_HELP)]
    Checkpoint(Checkpoint),
    /// Be a witness of somebody's ledger
    #[command(subcommand)]
    Witness(Witness),
    /// Erase an entry's payload; the entry and every proof stand
    Erase(Erase),
    /// Copy everything that an auditor needs, with a page that says how to verify it
    Export(Export),
    /// Hand over to another key; recorded in the ledger, signed by both
    Rotate(Rotate),
}

/// The ledger's folder.
#[derive(Args, Clone, Debug)]
pub(crate) struct Folder {
    /// The ledger's folder
    #[arg(value_name = "DIR")]
    pub(crate) dir: PathBuf,
}

/// Where the private key is.
#[derive(Args, Clone, Debug)]
pub(crate) struct KeyChoice {
    /// File of the private key: PKCS#8 PEM, or a note signer's; also a pipe, such as
    /// <(age -d key.age) [default: DIR.key]
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,

    /// Environment variable that holds the private key
    #[arg(long, value_name = "NAME", conflicts_with = "key")]
    pub(crate) key_env: Option<String>,
}

/// Who acts.
#[derive(Args, Clone, Debug)]
pub(crate) struct ActorChoice {
    /// Who acts; is public for ever in the ledger [default: the user's name]
    #[arg(long, value_name = "NAME")]
    pub(crate) actor: Option<String>,
}

/// Form of what is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// For people
    Text,
    /// For programs
    Json,
}

/// `gardefou ledger init`
#[derive(Args, Debug)]
pub(crate) struct Init {
    #[command(flatten)]
    pub(crate) folder: Folder,

    /// The ledger's name, for ever: a URL without scheme, such as example.com/audit
    #[arg(long, value_name = "NAME")]
    pub(crate) origin: String,

    /// Where the new private key is written, or an existing one is [default: DIR.key]
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,

    /// Environment variable that holds an existing private key
    #[arg(long, value_name = "NAME", conflicts_with = "key")]
    pub(crate) key_env: Option<String>,

    /// Days during which erasing a payload needs a recorded reason (six months are what the
    /// AI Act's Articles 19 and 26 ask for)
    #[arg(long, value_name = "DAYS", default_value_t = Terms::SIX_MONTHS)]
    pub(crate) retain_at_least: u32,

    #[command(flatten)]
    pub(crate) actor: ActorChoice,
}

/// `gardefou ledger append`
#[derive(Args, Debug)]
pub(crate) struct Append {
    #[command(flatten)]
    pub(crate) folder: Folder,

    /// The payload: a file, or - for standard input
    #[arg(value_name = "FILE", default_value = "-")]
    pub(crate) file: PathBuf,

    /// What sort of thing was done: lower-case letters, digits and - _ . /
    #[arg(long, required_unless_present = "ndjson")]
    pub(crate) kind: Option<String>,

    /// On what; is public for ever in the ledger, so nothing personal and nothing secret
    #[arg(long, default_value = "")]
    pub(crate) subject: String,

    #[command(flatten)]
    pub(crate) actor: ActorChoice,

    /// FILE has one entry a line: {"kind":…, "subject":…, "actor":…, "payload":…}
    #[arg(long, conflicts_with_all = ["kind", "subject"])]
    pub(crate) ndjson: bool,

    #[command(flatten)]
    pub(crate) key: KeyChoice,

    /// Form of the receipt
    #[arg(long, value_name = "FORM", default_value = "text")]
    pub(crate) format: Form,
}

/// `gardefou ledger show`
#[derive(Args, Debug)]
pub(crate) struct Show {
    #[command(flatten)]
    pub(crate) folder: Folder,

    /// Only this entry, with its payload
    #[arg(value_name = "ENTRY")]
    pub(crate) entry: Option<u64>,

    /// Write the entry's payload into this new file
    #[arg(long, value_name = "FILE", requires = "entry")]
    pub(crate) payload_to: Option<PathBuf>,

    /// Only entries of this kind
    #[arg(long)]
    pub(crate) kind: Option<String>,

    /// Only entries of this actor
    #[arg(long, value_name = "NAME")]
    pub(crate) actor: Option<String>,

    /// Only entries whose subject contains this
    #[arg(long, value_name = "TEXT")]
    pub(crate) subject: Option<String>,

    /// Only entries from this time on
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) since: Option<Timestamp>,

    /// Only entries before this time
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) until: Option<Timestamp>,

    /// Form of the list
    #[arg(long, value_name = "FORM", default_value = "text")]
    pub(crate) format: Form,
}

/// `gardefou ledger prove`
#[derive(Args, Debug)]
pub(crate) struct Prove {
    #[command(flatten)]
    pub(crate) folder: Folder,

    /// The entry
    #[arg(value_name = "ENTRY")]
    pub(crate) entry: u64,

    /// Where the proof is written (standard output without this)
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,

    /// Also write the payload into this new file, and its salt into the proof, so that it can be
    /// checked too
    #[arg(long, value_name = "FILE")]
    pub(crate) disclose: Option<PathBuf>,
}

/// `gardefou ledger verify`
#[derive(Args, Debug)]
pub(crate) struct Verify {
    /// The ledger's folder, or a copy of it
    #[arg(
        value_name = "DIR",
        required_unless_present = "proof",
        conflicts_with = "proof"
    )]
    pub(crate) dir: Option<PathBuf>,

    /// Verify this proof of one entry instead of a whole ledger
    #[arg(long, value_name = "FILE")]
    pub(crate) proof: Option<PathBuf>,

    /// Also compare the entry's payload, which the proof must disclose
    #[arg(long, value_name = "FILE", requires = "proof")]
    pub(crate) payload: Option<PathBuf>,

    /// The trusted public key, or a file that holds it; where it comes from decides what is
    /// proven
    #[arg(long, value_name = "KEY", value_parser = vkey)]
    pub(crate) vkey: VkeyChoice,

    /// A checkpoint that was kept elsewhere; the ledger must continue it [may be repeated]
    #[arg(long, value_name = "FILE")]
    pub(crate) checkpoint: Vec<PathBuf>,

    /// Policy (C2SP tlog-policy) that says which witnesses must have cosigned
    #[arg(long, value_name = "FILE", conflicts_with = "opaque")]
    pub(crate) policy: Option<PathBuf>,

    /// The payloads are not here, and need not be
    #[arg(long)]
    pub(crate) without_payloads: bool,

    /// Another program's tlog-tiles log: its entries are not looked into
    #[arg(long, conflicts_with = "without_payloads")]
    pub(crate) opaque: bool,

    /// Form of the verdict
    #[arg(long, value_name = "FORM", default_value = "text")]
    pub(crate) format: Form,
}

/// `gardefou ledger checkpoint`
#[derive(Args, Debug)]
pub(crate) struct Checkpoint {
    #[command(flatten)]
    pub(crate) folder: Folder,

    /// Write a request to cosign it, for a witness
    #[arg(long)]
    pub(crate) request: bool,

    /// Size of the checkpoint that the witness cosigned last [default: of the one kept here, or 0]
    #[arg(long, value_name = "SIZE", requires = "request")]
    pub(crate) old: Option<u64>,

    /// Where it is written (standard output without this)
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,

    /// Keep the cosignatures of this answer: a cosigned checkpoint, or a request followed by the
    /// answer to it; - for standard input
    #[arg(long, value_name = "FILE", requires = "witness", conflicts_with_all = ["request", "out"])]
    pub(crate) add: Option<PathBuf>,

    /// Public key of a witness whose cosignature is kept, or a file of it [may be repeated]
    #[arg(long, value_name = "KEY", value_parser = vkey)]
    pub(crate) witness: Vec<VkeyChoice>,
}

/// `gardefou ledger witness`
#[derive(Debug, Subcommand)]
pub(crate) enum Witness {
    /// Make a witness's key and print the public half
    Init {
        /// The witness's name: a URL without scheme, such as witness.example/w1
        #[arg(long, value_name = "NAME")]
        name: String,
        /// Where the new private key is written
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
    },
    /// Cosign over HTTP: POST /add-checkpoint (C2SP tlog-witness)
    Serve {
        #[command(flatten)]
        config: WitnessConfig,
        /// Address to listen on; plain HTTP, so put a TLS proxy before anything but 127.0.0.1
        #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8374")]
        listen: SocketAddr,
    },
    /// Cosign a request that is in a file
    Cosign {
        #[command(flatten)]
        config: WitnessConfig,
        /// The request; - for standard input
        #[arg(value_name = "REQUEST")]
        request: PathBuf,
    },
}

/// What a witness knows.
#[derive(Args, Debug)]
pub(crate) struct WitnessConfig {
    /// File of the witness's private key
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,

    /// The witness's name
    #[arg(long, value_name = "NAME")]
    pub(crate) name: String,

    /// Folder in which it remembers what it cosigned; whoever can change it can make it forget
    #[arg(long, value_name = "DIR")]
    pub(crate) state: PathBuf,

    /// Public key of a log that it knows, or a file of it [may be repeated]
    #[arg(long, value_name = "KEY", value_parser = vkey, required = true)]
    pub(crate) log: Vec<VkeyChoice>,
}

/// `gardefou ledger erase`
#[derive(Args, Debug)]
pub(crate) struct Erase {
    #[command(flatten)]
    pub(crate) folder: Folder,

    /// The entry whose payload goes
    #[arg(value_name = "ENTRY")]
    pub(crate) entry: u64,

    /// Why; recorded, and needed before the retention ends
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,

    #[command(flatten)]
    pub(crate) actor: ActorChoice,

    #[command(flatten)]
    pub(crate) key: KeyChoice,
}

/// `gardefou ledger export`
#[derive(Args, Debug)]
pub(crate) struct Export {
    #[command(flatten)]
    pub(crate) folder: Folder,

    /// The new folder
    #[arg(value_name = "TO")]
    pub(crate) to: PathBuf,

    /// Leave the payloads out: entries and proofs only
    #[arg(long)]
    pub(crate) without_payloads: bool,
}

/// `gardefou ledger rotate`
#[derive(Args, Debug)]
pub(crate) struct Rotate {
    #[command(flatten)]
    pub(crate) folder: Folder,

    /// The next private key; made when the file is missing
    #[arg(long, value_name = "FILE")]
    pub(crate) new_key: PathBuf,

    #[command(flatten)]
    pub(crate) actor: ActorChoice,

    #[command(flatten)]
    pub(crate) key: KeyChoice,
}

/// A public key, or a file of one.
#[derive(Clone, Debug)]
pub(crate) enum VkeyChoice {
    /// The key itself.
    Key(Box<VerifierKey>),
    /// A file that holds it.
    File(PathBuf),
}

pub(crate) fn vkey(text: &str) -> Result<VkeyChoice, String> {
    match VerifierKey::parse(text) {
        Ok(key) => Ok(VkeyChoice::Key(Box::new(key))),
        // No path of a key file looks like a key, but a mistyped key does.
        Err(error) if text.matches('+').count() >= 2 => Err(error.to_string()),
        Err(_) => Ok(VkeyChoice::File(text.into())),
    }
}
