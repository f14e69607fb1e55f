//! Writes down what happens, with a time that moves on.

use std::sync::Arc;

use crate::call::Call;
use crate::caller::{Caller, Role, Session};
use crate::dice::{Dice, hash};
use crate::shape::sts;
use crate::world::{World, key_of};

/// A recorded event, not yet in a file.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    /// When it happened.
    pub(crate) time: i64,
    /// When CloudTrail delivers it, some minutes later.
    pub(crate) delivery: i64,
    /// Account that receives it.
    pub(crate) account: Arc<str>,
    /// Region whose trail carries it.
    pub(crate) region: &'static str,
    /// `eventID`.
    pub(crate) id: String,
    /// The record.
    pub(crate) json: String,
}

/// Writes events of one activity.
#[derive(Debug)]
pub(crate) struct Scribe<'a> {
    /// The company.
    pub(crate) world: &'a World,
    /// This activity's own chance.
    pub(crate) dice: Dice,
    /// The time of the next event.
    pub(crate) now: i64,
    /// How many times slower than usual things happen.
    pub(crate) pace: i64,
    events: &'a mut Vec<Event>,
}

impl<'a> Scribe<'a> {
    /// A scribe for the activity `label`, starting at `now`.
    pub(crate) fn new(world: &'a World, label: &str, now: i64, events: &'a mut Vec<Event>) -> Self {
        Self {
            world,
            dice: world.dice(label),
            now,
            pace: 1,
            events,
        }
    }

    /// Lets between `low` and `high` seconds pass.
    pub(crate) fn wait(&mut self, low: i64, high: i64) {
        self.now += self.dice.range(low, high) * self.pace;
    }

    /// Moves to a moment.
    pub(crate) fn at(&mut self, time: i64) -> &mut Self {
        self.now = time;
        self
    }

    /// Records a call now.
    pub(crate) fn put(&mut self, who: &Caller, region: &'static str, call: &Call) {
        let (json, id) = call.record(who, region, self.now, &mut self.dice);
        let late = i64::try_from(hash(0, &id) % 300).unwrap_or(0);
        self.events.push(Event {
            time: self.now,
            delivery: self.now + 60 + late,
            account: Arc::clone(&who.account),
            region,
            id,
            json,
        });
    }

    /// Records calls a few seconds apart.
    pub(crate) fn all(&mut self, who: &Caller, region: &'static str, calls: &[Call]) {
        for call in calls {
            self.put(who, region, call);
            self.wait(1, 4);
        }
    }

    /// A new temporary key of an account.
    pub(crate) fn temporary_key(&mut self, account: &str) -> String {
        let label = self.dice.uuid();
        key_of("ASIA", account, hash(self.world.seed, &label))
    }

    /// A new resource id such as `i-0123456789abcdef0`.
    pub(crate) fn id(&mut self, prefix: &str) -> String {
        let label = self.dice.uuid();
        self.world.id(prefix, &label)
    }

    /// `who` assumes a role; the session uses the same place and tool.
    pub(crate) fn assume(
        &mut self,
        who: &Caller,
        region: &'static str,
        role: Role,
        name: &str,
        external_id: Option<&str>,
    ) -> Caller {
        let key = self.temporary_key(role.account);
        let call = sts::assume_role(self, role, name, &key, external_id);
        if who.account.as_ref() == role.account && !who.is_foreign() {
            self.put(who, region, &call);
        } else {
            let call = call.shared(self.dice.uuid());
            self.put(who, region, &call);
            if who.account.as_ref() != role.account {
                self.put(&who.seen_by(role.account), region, &call);
            }
        }
        self.session(role, name, &key, "").via(&who.ip, &who.agent)
    }

    /// A service assumes a role for one of its sessions, and hands over the key.
    pub(crate) fn granted(
        &mut self,
        service: &str,
        region: &'static str,
        role: Role,
        name: &str,
    ) -> String {
        let key = self.temporary_key(role.account);
        let who = Caller::service(role.account, service);
        let call = sts::assume_role_for_service(self, role, name, &key);
        self.put(&who, region, &call);
        key
    }

    /// A session of a role that begins now.
    pub(crate) fn session(&self, role: Role, name: &str, key: &str, context: &str) -> Caller {
        let session = Session {
            name,
            key,
            since: self.now,
            context,
            ..Session::default()
        };
        Caller::role(self.world, role, session)
    }
}
