//! Backups at night, and copies in a second region.

use crate::call::Call;
use crate::caller::{Caller, Role, Session};
use crate::company::Day;
use crate::scribe::Scribe;
use crate::shape::instances::done;
use crate::shape::source::EC2;
use crate::shape::store;
use crate::world::{HOME, PROD, SECOND};

const BACKUP: Role = Role {
    account: PROD,
    path: "/service-role/",
    name: "AWSBackupDefaultServiceRole",
};
const REPLICATION: Role = Role::new(PROD, "s3-replication");

/// Snapshots, copies, and the end of old ones.
pub(crate) fn day(scribe: &mut Scribe<'_>, day: Day) {
    scribe.at(day.time(2, 5)).wait(0, 300);
    let session = Session {
        name: "AWSBackup-snapshots",
        since: scribe.now,
        invoked_by: Some("backup.amazonaws.com"),
        ..Session::default()
    };
    let who = Caller::role(scribe.world, BACKUP, session);
    for disk in ["database", "search"] {
        let volume = scribe.world.id("vol", disk);
        let snapshot = store::create_snapshot(scribe, PROD, &volume);
        scribe.put(&who, HOME, &snapshot);
        scribe.wait(5, 40);
    }
    let name = format!("awsbackup-job-{}", scribe.dice.uuid());
    let database = store::create_db_snapshot(scribe, PROD, "shop-main", &name);
    scribe.put(&who, HOME, &database);
    scribe.wait(900, 1_500);
    let copy = store::copy_snapshot(scribe, HOME);
    scribe.put(&who, SECOND, &copy);
    let old = scribe.id("snap");
    let answer = done(scribe);
    let delete = Call::write(EC2, "DeleteSnapshot")
        .request(fill! { r#"{"snapshotId":"$id"}"#; id = &old })
        .response(answer);
    scribe.put(&who, SECOND, &delete);
    replicate(scribe, day);
}

fn replicate(scribe: &mut Scribe<'_>, day: Day) {
    let session = Session {
        name: "s3-replication",
        since: scribe.now,
        invoked_by: Some("s3.amazonaws.com"),
        ..Session::default()
    };
    let who = Caller::role(scribe.world, REPLICATION, session);
    for part in 0..2 {
        scribe.wait(100, 900);
        let key = format!("orders/{}/{part}.json", day.index);
        let put = store::put_object(scribe, PROD, "belmarais-orders-copy", &key);
        scribe.put(&who, SECOND, &put);
    }
}
