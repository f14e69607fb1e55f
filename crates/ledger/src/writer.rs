//! Writing a ledger. Whoever holds a [`Writer`] holds the folder's lock.
//!
//! **An append** is one record of the journal and one sync; when that
//! returned, the entries are there for good. **Publishing** writes tiles and
//! checkpoint for others to read. **Folding** does the same, moves the payloads
//! to their files, and begins a new journal; until that has its name, the old
//! one is the truth, so every step can fail, be torn or be repeated.

use std::collections::BTreeMap;

use crate::entry::NewEntry;
use crate::error::At as _;
use crate::journal::{Check, HEAD, Item, ROOM, base_record, batch_record};
use crate::layout::{CHECKPOINT, JOURNAL, TILE_WIDTH, partials, payload_path};
use crate::payload::{Payload, SALT_SIZE};
use crate::reader::{WITNESSED, payload_place, width};
use crate::tail::{Tail, Unfolded, is_zero, published, read_file};
use crate::{
    Checkpoint, Entry, Frontier, KeyError, LedgerError, LogKey, Reader, Rotation, SecretKey,
    SignedCheckpoint, Store, Terms, Time,
};

/// Most entries of one record.
pub const BATCH_ENTRIES: usize = 4_096;

/// A record is closed when its entries and payloads reach this many bytes.
pub const BATCH_BYTES: usize = 8 << 20;

/// The journal is folded when it has this many bytes.
const FOLD_AT: u64 = 16 << 20;

/// What an append returns: the entries are durable.
#[derive(Clone, Debug, PartialEq)]
pub struct Receipt {
    /// Index of the first of them.
    pub first: u64,
    /// The checkpoint after the last of them.
    pub checkpoint: Checkpoint,
}

/// An erasure that somebody asks for.
#[derive(Clone, Debug)]
pub struct Erasure<'a> {
    /// The entry whose payload goes.
    pub index: u64,
    /// Why; needed before the retention ends.
    pub reason: Option<&'a str>,
    /// Who asks.
    pub actor: &'a str,
    /// When.
    pub now: Time,
}

/// A ledger that is being written.
pub struct Writer<'s, S> {
    store: &'s S,
    state: WriterState,
}

/// What a writer knows of its ledger; outlasts the lock, to be used again if
/// nobody else wrote in between.
#[derive(Debug)]
pub struct WriterState {
    key: LogKey,
    /// What the journal holds; kept, so that folding need not read it again.
    tail: Tail,
    /// What it becomes.
    unfolded: Unfolded,
    /// The journal's first bytes, by which it is told from a later one.
    head: Vec<u8>,
    /// Whether a write failed, so that nothing is known any more.
    is_poisoned: bool,
}

impl<'s, S: Store> Writer<'s, S> {
    /// Opens a new ledger with its first entry, which holds its terms.
    ///
    /// # Errors
    /// A ledger that is there already, or a write that failed.
    pub fn create(
        store: &'s S,
        key: LogKey,
        retain_at_least_days: u32,
        actor: &str,
        now: Time,
        salt: [u8; SALT_SIZE],
    ) -> Result<Self, LedgerError> {
        for path in [JOURNAL, CHECKPOINT] {
            if store.size(path).at("read", path)?.is_some() {
                return Err(LedgerError::Exists);
            }
        }
        let terms = Terms::new(&key.verifier(), retain_at_least_days);
        let statement = Some(terms.statement());
        let first = NewEntry::any(
            now,
            actor,
            Entry::OPENED,
            &terms.origin,
            Vec::new(),
            salt,
            statement,
        )?;
        let mut state = WriterState::empty(key)?;
        let (base, _) = base_record(&state.tail.tip.to_bytes());
        let record = state.extend(vec![first])?;
        let journal = [base, record].concat();
        let mut writer = Self { store, state };
        writer.begin_journal(&journal)?;
        writer.fold()?;
        Ok(writer)
    }

    /// Opens a ledger for writing. What is stored is checked against its
    /// checkpoint first; what a crash left half done is finished.
    ///
    /// # Errors
    /// No ledger, a damaged one, or a key that is not its own.
    pub fn open(store: &'s S, secret: &SecretKey) -> Result<Self, LedgerError> {
        let tail = Tail::load(store)?;
        tail.journal.ok_or(LedgerError::Missing(JOURNAL))?;
        let key = LogKey::new(&tail.base.origin, secret.clone())?;
        if !tail.tip.signed_by(&key.verifier()) {
            return Err(KeyError::NotThisLedgers(tail.base.origin.clone()).into());
        }
        let mut unfolded = Unfolded::of(store, &tail)?;
        unfolded.load_bundle(store)?;
        let state = WriterState {
            key,
            tail,
            unfolded,
            head: store.read(JOURNAL, 0, HEAD).at("read", JOURNAL)?,
            is_poisoned: false,
        };
        let mut writer = Self { store, state };
        writer.recover()?;
        Ok(writer)
    }

    /// Opens a ledger for writing again, at once when nobody wrote in between.
    ///
    /// # Errors
    /// Those of [`Self::open`].
    pub fn resume(
        store: &'s S,
        secret: &SecretKey,
        state: Option<WriterState>,
    ) -> Result<Self, LedgerError> {
        if let Some(state) = state {
            let writer = Self { store, state };
            if writer.is_current()? {
                return Ok(writer);
            }
        }
        Self::open(store, secret)
    }

    /// What it knows, for [`Self::resume`].
    pub fn suspend(self) -> WriterState {
        self.state
    }

    /// Finishes what a crash left half done: an erasure, a torn record, a
    /// checkpoint that was not published.
    fn recover(&mut self) -> Result<(), LedgerError> {
        let journal = [JOURNAL.to_owned()];
        self.store.sync_names(&journal).at("sync", JOURNAL)?;
        let tail = &self.state.tail;
        let entries = tail.items.iter().map(|item| Entry::decode(&item.entry));
        let erased = entries.map(|entry| Ok(erased_by(&entry?)));
        let erased: Vec<Option<u64>> = erased.collect::<Result<_, LedgerError>>()?;
        let published = published(self.store)?;
        let is_current = published.is_some_and(|one| one.body() == tail.tip.body());
        let mut must_fold = tail.is_torn || !is_current;
        for index in erased.into_iter().flatten() {
            self.wipe(index)?;
            must_fold = true;
        }
        if must_fold {
            self.fold()?;
        }
        Ok(())
    }

    /// Whether the ledger is still as this writer left it; it is not when
    /// another process wrote since: then the journal is another, or longer, or
    /// has the head of a record where the next one would be.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn is_current(&self) -> Result<bool, LedgerError> {
        let state = &self.state;
        let size = self.store.size(JOURNAL).at("read", JOURNAL)?;
        if state.is_poisoned || size != Some(state.tail.laid) {
            return Ok(false);
        }
        let head = self.store.read(JOURNAL, 0, HEAD).at("read", JOURNAL)?;
        let next = self.store.read(JOURNAL, state.journal(), HEAD);
        Ok(head == state.head && is_zero(&next.at("read", JOURNAL)?))
    }

    /// Entries in the ledger.
    pub fn size(&self) -> u64 {
        self.state.tail.size()
    }

    /// Appends entries, durably: one record and one sync for each
    /// [`BATCH_ENTRIES`] or [`BATCH_BYTES`].
    ///
    /// # Errors
    /// When a write failed. Then some of the entries may be in the ledger; they
    /// are when the ledger, opened again, has them.
    pub fn append(&mut self, entries: Vec<NewEntry>) -> Result<Receipt, LedgerError> {
        let first = self.size();
        if self.state.is_large() {
            self.fold()?;
        }
        let mut batch = Vec::new();
        let mut bytes = 0;
        for entry in entries {
            bytes += entry.bytes();
            batch.push(entry);
            if batch.len() >= BATCH_ENTRIES || bytes >= BATCH_BYTES {
                self.append_batch(std::mem::take(&mut batch))?;
                bytes = 0;
            }
        }
        if !batch.is_empty() {
            self.append_batch(batch)?;
        }
        let checkpoint = self.state.tail.tip.checkpoint().clone();
        Ok(Receipt { first, checkpoint })
    }

    /// The commit point: when this returned well, the batch is there for good.
    fn append_batch(&mut self, entries: Vec<NewEntry>) -> Result<(), LedgerError> {
        self.begin_write()?;
        let at = self.state.journal();
        let record = self.state.extend(entries)?;
        self.store
            .commit(JOURNAL, at, &record)
            .at("write", JOURNAL)?;
        self.state.is_poisoned = false;
        Ok(())
    }

    /// Every write ends well or leaves the writer poisoned.
    fn begin_write(&mut self) -> Result<(), LedgerError> {
        if std::mem::replace(&mut self.state.is_poisoned, true) {
            return Err(LedgerError::Poisoned);
        }
        Ok(())
    }

    /// Writes tiles and checkpoint for others to read; folds a large journal.
    /// A file gets its name when its content is durable, so that nobody ever
    /// sees a part of one.
    ///
    /// # Errors
    /// When a write failed. The ledger itself lost nothing.
    pub fn publish(&mut self) -> Result<(), LedgerError> {
        if self.state.is_large() {
            return self.fold();
        }
        self.begin_write()?;
        let mut edge = self.state.partial();
        edge.insert(CHECKPOINT.to_owned(), self.head()?);
        let mut written = Vec::new();
        for (path, content) in self.state.unfolded.full.iter().chain(&edge) {
            if read_file(self.store, path)?.as_ref() != Some(content) {
                self.write_new(path, content)?;
                written.push(path);
            }
        }
        let temporaries: Vec<String> = written.iter().map(|path| temporary(path)).collect();
        self.store.sync(&temporaries).at("sync", "tile")?;
        // The checkpoint last: who reads it finds what it needs.
        written.sort_by_key(|path| *path == CHECKPOINT);
        for path in written {
            self.store
                .rename(&temporary(path), path)
                .at("rename", path)?;
        }
        self.state.is_poisoned = false;
        Ok(())
    }

    /// Moves everything from the journal to its place, durably, and begins a new one.
    ///
    /// # Errors
    /// When a write failed. The ledger itself lost nothing.
    pub fn fold(&mut self) -> Result<(), LedgerError> {
        self.begin_write()?;
        let mut written = self.write_payloads()?;
        let edge = self.state.partial();
        let full = &self.state.unfolded.full;
        for (path, content) in full.iter().chain(&edge) {
            self.write_new(path, content)?;
            written.push(temporary(path));
        }
        let (journal, check) = base_record(&self.state.tail.tip.to_bytes());
        self.write_new(JOURNAL, &journal)?;
        self.write_new(CHECKPOINT, &self.head()?)?;
        written.extend([temporary(JOURNAL), temporary(CHECKPOINT)]);
        self.store.sync(&written).at("sync", "tile")?;
        self.rename_all(full.keys().chain(edge.keys()))?;
        self.rename_all([&JOURNAL.to_owned(), &CHECKPOINT.to_owned()].into_iter())?;
        let full = self.state.begin_anew(journal, check);
        self.state.is_poisoned = false;
        self.remove_partials(full.keys())
    }

    /// The checkpoint to publish: with cosignatures, when there are any of it.
    fn head(&self) -> Result<Vec<u8>, LedgerError> {
        let tip = &self.state.tail.tip;
        let witnessed = read_file(self.store, WITNESSED)?;
        let same = witnessed.filter(|bytes| {
            SignedCheckpoint::parse(bytes).is_some_and(|one| one.body() == tip.body())
        });
        Ok(same.unwrap_or_else(|| tip.to_bytes()))
    }

    /// Writes the tail's payloads into their files, from where the base's end.
    fn write_payloads(&self) -> Result<Vec<String>, LedgerError> {
        let tail = &self.state.tail;
        let mut written = Vec::new();
        let mut items = tail.items.as_slice();
        let mut index = tail.base.size;
        while !items.is_empty() {
            let (n, place) = (index / TILE_WIDTH, index % TILE_WIDTH);
            let count = usize::try_from(TILE_WIDTH - place)
                .unwrap_or(1)
                .min(items.len());
            let (now, later) = items.split_at(count);
            let path = payload_path(n);
            self.write_payload_file(&path, place, now)?;
            written.push(path);
            (items, index) = (later, index + count as u64);
        }
        if !written.is_empty() {
            self.store.sync_names(&written).at("sync", "payload")?;
        }
        Ok(written)
    }

    fn write_payload_file(
        &self,
        path: &str,
        place: u64,
        items: &[Item],
    ) -> Result<(), LedgerError> {
        let at = match place {
            0 => 0,
            _ => {
                let (at, length) = payload_place(self.store, path, place - 1)?;
                at + length as u64
            }
        };
        let mut bytes = Vec::new();
        items
            .iter()
            .for_each(|item| item.payload.encode(&mut bytes));
        self.store.write(path, at, &bytes).at("write", path)?;
        self.store
            .truncate(path, at + bytes.len() as u64)
            .at("cut", path)
    }

    fn write_new(&self, path: &str, content: &[u8]) -> Result<(), LedgerError> {
        let temporary = temporary(path);
        self.store.remove(&temporary).at("remove", &temporary)?;
        self.store
            .write(&temporary, 0, content)
            .at("write", &temporary)
    }

    fn rename_all<'p>(&self, paths: impl Iterator<Item = &'p String>) -> Result<(), LedgerError> {
        let paths: Vec<String> = paths.cloned().collect();
        for path in &paths {
            self.store
                .rename(&temporary(path), path)
                .at("rename", path)?;
        }
        if paths.is_empty() {
            return Ok(());
        }
        self.store
            .sync_names(&paths)
            .at("sync the folder of", JOURNAL)
    }

    /// Puts a first journal in its place.
    fn begin_journal(&mut self, content: &[u8]) -> Result<(), LedgerError> {
        self.write_new(JOURNAL, content)?;
        self.store.sync(&[temporary(JOURNAL)]).at("sync", JOURNAL)?;
        self.rename_all([&JOURNAL.to_owned()].into_iter())
    }

    /// Removes partial forms of what is full now (C2SP tlog-tiles allows it).
    fn remove_partials<'p>(
        &self,
        full: impl Iterator<Item = &'p String>,
    ) -> Result<(), LedgerError> {
        for path in full {
            let folder = partials(path);
            for name in self.store.list(&folder).at("list", &folder)? {
                let partial = format!("{folder}/{name}");
                self.store.remove(&partial).at("remove", &partial)?;
            }
        }
        Ok(())
    }

    /// Hands over to another key: an entry signed by both, and from its
    /// checkpoint on the new key signs.
    ///
    /// # Errors
    /// The same key again, or a write that failed.
    pub fn rotate(
        &mut self,
        new: SecretKey,
        actor: &str,
        now: Time,
        salt: [u8; SALT_SIZE],
    ) -> Result<Rotation, LedgerError> {
        let old = self.state.key.verifier();
        let new = LogKey::new(old.name(), new)?;
        let index = self.size();
        let statement = Some(Rotation::statement(index, &self.state.key, &new)?);
        let subject = new.verifier().to_string();
        let entry = NewEntry::any(
            now,
            actor,
            Entry::ROTATION,
            &subject,
            Vec::new(),
            salt,
            statement,
        )?;
        let rotation = Rotation {
            index,
            old,
            new: new.verifier(),
        };
        self.state.key = new;
        self.append_batch(vec![entry])?;
        self.fold()?;
        Ok(rotation)
    }

    /// Erases an entry's payload and salt, after recording that and why. The
    /// entry itself, its digest and every proof stand.
    ///
    /// # Errors
    /// Before the retention ends without a reason, an entry that holds the
    /// ledger together, one that was erased before, or a write that failed.
    pub fn erase(
        &mut self,
        erasure: &Erasure<'_>,
        salt: [u8; SALT_SIZE],
    ) -> Result<Receipt, LedgerError> {
        self.fold()?;
        let is_early = self.may_erase(erasure)?;
        let Erasure { index, reason, .. } = *erasure;
        let record = serde_json::json!({
            "entry": index,
            "reason": reason,
            "before_retention_ended": is_early,
        });
        let entry = NewEntry::any(
            erasure.now,
            erasure.actor,
            Entry::ERASURE,
            &index.to_string(),
            record.to_string().into_bytes(),
            salt,
            None,
        )?;
        let receipt = self.append(vec![entry])?;
        self.wipe(index)?;
        self.fold()?;
        Ok(receipt)
    }

    /// Whether the erasure comes before the retention ends.
    fn may_erase(&self, erasure: &Erasure<'_>) -> Result<bool, LedgerError> {
        let index = erasure.index;
        let reader = Reader::open(self.store)?;
        let entry = Entry::decode(&reader.entry(index)?)?;
        if matches!(
            &*entry.kind,
            Entry::OPENED | Entry::ROTATION | Entry::ERASURE
        ) {
            return Err(LedgerError::NotErasable(index));
        }
        if reader.payload(index)? == Payload::Erased {
            return Err(LedgerError::Erased(index));
        }
        let until = entry.time.plus_days(reader.terms()?.retain_at_least_days);
        let is_early = erasure.now < until;
        let has_reason = erasure
            .reason
            .is_some_and(|reason| !reason.trim().is_empty());
        if is_early && !has_reason {
            return Err(LedgerError::Retained { index, until });
        }
        Ok(is_early)
    }

    /// Writes an entry's payload file anew without its payload. What follows
    /// the base in it, a crash's remains, goes too; folding brings it back.
    fn wipe(&mut self, index: u64) -> Result<(), LedgerError> {
        self.begin_write()?;
        let base = self.state.tail.base.size;
        let n = index / TILE_WIDTH;
        let path = payload_path(n);
        let mut content = Vec::new();
        for place in 0..width(n, base) {
            if n * TILE_WIDTH + place == index {
                Payload::Erased.encode(&mut content);
                continue;
            }
            let (at, length) = payload_place(self.store, &path, place)?;
            content.extend(self.store.read(&path, at, length).at("read", &path)?);
        }
        self.write_new(&path, &content)?;
        self.store.sync(&[temporary(&path)]).at("sync", &path)?;
        self.rename_all([&path].into_iter())?;
        self.state.is_poisoned = false;
        Ok(())
    }
}

impl NewEntry {
    /// Bytes in the journal, about.
    fn bytes(&self) -> usize {
        match &self.payload {
            Payload::Present { bytes, .. } => bytes.len() + 512,
            Payload::Erased => 512,
        }
    }
}

/// The entry that an erasure's entry names.
pub(crate) fn erased_by(entry: &Entry) -> Option<u64> {
    (entry.kind == Entry::ERASURE).then(|| entry.subject.parse().ok())?
}

impl WriterState {
    /// Of a journal with nothing but its base, the empty tree.
    fn empty(key: LogKey) -> Result<Self, KeyError> {
        let unfolded = Unfolded::default();
        let tip = sign(&key, &unfolded.frontier)?;
        let (base, check) = base_record(&tip.to_bytes());
        let tail = Tail {
            base: tip.checkpoint().clone(),
            items: Vec::new(),
            tip,
            check,
            journal: Some(base.len() as u64),
            laid: base.len() as u64,
            is_torn: false,
        };
        Ok(Self {
            key,
            tail,
            unfolded,
            head: Vec::new(),
            is_poisoned: false,
        })
    }

    /// Bytes of the journal.
    fn journal(&self) -> u64 {
        self.tail.journal.unwrap_or_default()
    }

    /// Whether the journal is to be folded.
    fn is_large(&self) -> bool {
        self.journal() > FOLD_AT
    }

    /// Adds entries to the tree and the tail; their record, to be written where
    /// the journal's last one ends, perhaps with room for more after it.
    fn extend(&mut self, entries: Vec<NewEntry>) -> Result<Vec<u8>, KeyError> {
        let first = self.tail.items.len();
        for NewEntry { entry, payload } in entries {
            let entry = entry.encode();
            self.unfolded.push(&entry);
            self.tail.items.push(Item { entry, payload });
        }
        self.tail.tip = sign(&self.key, &self.unfolded.frontier)?;
        let items = self.tail.items.get(first..).unwrap_or_default();
        let (mut record, check) = batch_record(&self.tail.check, &self.tail.tip.to_bytes(), items);
        self.tail.check = check;
        self.tail.journal = Some(self.journal() + record.len() as u64);
        self.make_room(&mut record);
        Ok(record)
    }

    /// Lets room follow a record that reaches the end of the journal's file.
    fn make_room(&mut self, record: &mut Vec<u8>) {
        let end = self.journal();
        if end <= self.tail.laid {
            return;
        }
        let room = if record.len() > ROOM { 0 } else { ROOM };
        record.resize(record.len() + room, 0);
        self.tail.laid = end + room as u64;
    }

    /// The partial files at the tree's edge, when there is anything new.
    fn partial(&self) -> BTreeMap<String, Vec<u8>> {
        if self.tail.items.is_empty() {
            return BTreeMap::new();
        }
        self.unfolded.partial()
    }

    /// Everything is folded, into the base of this new journal; the files that
    /// became full.
    fn begin_anew(&mut self, journal: Vec<u8>, check: Check) -> BTreeMap<String, Vec<u8>> {
        self.tail.base = self.tail.tip.checkpoint().clone();
        self.tail.items.clear();
        self.tail.is_torn = false;
        (self.tail.check, self.tail.laid) = (check, journal.len() as u64);
        self.tail.journal = Some(self.tail.laid);
        self.head = journal.into_iter().take(HEAD).collect();
        std::mem::take(&mut self.unfolded.full)
    }
}

fn sign(key: &LogKey, frontier: &Frontier) -> Result<SignedCheckpoint, KeyError> {
    let checkpoint = Checkpoint {
        origin: key.verifier().name().to_owned(),
        size: frontier.size(),
        root: frontier.root(),
    };
    SignedCheckpoint::sign(checkpoint, &[key])
}

pub(crate) fn temporary(path: &str) -> String {
    format!("{path}.tmp")
}
