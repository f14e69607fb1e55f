//! RDS. Instances, clusters and their snapshots by identifier.

use gardefou_finding::ResourceKind as K;
use gardefou_finding::ResourceState as S;

use super::Table;
use crate::resource::capacity::{Capacity, Other};
use crate::resource::names::colon_tail;
use crate::resource::row::{Effect, changed, gone, made, off, on};
use crate::resource::view::View;
use crate::resource::{Detail as D, Touch};

const INSTANCE: &str = "req.dBInstanceIdentifier|res.dBInstanceIdentifier";
const CLUSTER: &str = "req.dBClusterIdentifier|res.dBClusterIdentifier";

pub(super) static TABLE: Table = &[
    (
        "AddRoleToDBCluster",
        changed(K::Database, CLUSTER)
            .with(&[(D::Role, "req.roleArn")])
            .effect(),
    ),
    (
        "AddRoleToDBInstance",
        changed(K::Database, INSTANCE)
            .with(&[(D::Role, "req.roleArn")])
            .effect(),
    ),
    (
        "AuthorizeDBSecurityGroupIngress",
        changed(K::SecurityGroup, "req.dBSecurityGroupName")
            .with(&[(D::OpenTo, "req.cIDRIP")])
            .effect(),
    ),
    (
        "CopyDBClusterSnapshot",
        made(K::Snapshot, "req.targetDBClusterSnapshotIdentifier")
            .fixed(D::Service, "rds-cluster")
            .with(&[(D::Source, "req.sourceDBClusterSnapshotIdentifier")])
            .effect(),
    ),
    (
        "CopyDBSnapshot",
        made(K::Snapshot, "req.targetDBSnapshotIdentifier")
            .fixed(D::Service, "rds")
            .with(&[(D::Source, "req.sourceDBSnapshotIdentifier")])
            .effect(),
    ),
    (
        "CreateDBCluster",
        made(K::Database, CLUSTER)
            .with(&[(D::Engine, "req.engine")])
            .effect(),
    ),
    (
        "CreateDBClusterSnapshot",
        made(K::Snapshot, "req.dBClusterSnapshotIdentifier")
            .fixed(D::Service, "rds-cluster")
            .with(&[(D::Source, "req.dBClusterIdentifier")])
            .effect(),
    ),
    ("CreateDBInstance", Effect::Read(create)),
    ("CreateDBInstanceReadReplica", Effect::Read(create)),
    (
        "CreateDBSnapshot",
        made(K::Snapshot, "req.dBSnapshotIdentifier")
            .fixed(D::Service, "rds")
            .with(&[(D::Source, "req.dBInstanceIdentifier")])
            .effect(),
    ),
    ("DeleteDBCluster", gone(K::Database, CLUSTER).effect()),
    (
        "DeleteDBClusterAutomatedBackup",
        gone(K::Snapshot, "req.dbClusterResourceId")
            .fixed(D::Service, "rds-backup")
            .effect(),
    ),
    (
        "DeleteDBClusterSnapshot",
        gone(K::Snapshot, "req.dBClusterSnapshotIdentifier")
            .fixed(D::Service, "rds-cluster")
            .effect(),
    ),
    ("DeleteDBInstance", gone(K::Database, INSTANCE).effect()),
    (
        "DeleteDBInstanceAutomatedBackup",
        gone(K::Snapshot, "req.dbiResourceId")
            .fixed(D::Service, "rds-backup")
            .effect(),
    ),
    (
        "DeleteDBSnapshot",
        gone(K::Snapshot, "req.dBSnapshotIdentifier")
            .fixed(D::Service, "rds")
            .effect(),
    ),
    (
        "DeleteGlobalCluster",
        gone(K::Database, "req.globalClusterIdentifier").effect(),
    ),
    (
        "ModifyDBCluster",
        changed(K::Database, CLUSTER)
            .with(&[(D::DeletionProtection, "req.deletionProtection")])
            .effect(),
    ),
    (
        "ModifyDBClusterSnapshotAttribute",
        changed(K::Snapshot, "req.dBClusterSnapshotIdentifier")
            .fixed(D::Service, "rds-cluster")
            .with(&[(D::SharedWith, "req.valuesToAdd")])
            .effect(),
    ),
    ("ModifyDBInstance", Effect::Read(modify)),
    (
        "ModifyDBSnapshotAttribute",
        changed(K::Snapshot, "req.dBSnapshotIdentifier")
            .fixed(D::Service, "rds")
            .with(&[(D::SharedWith, "req.valuesToAdd")])
            .effect(),
    ),
    (
        "RestoreDBClusterFromSnapshot",
        made(K::Database, CLUSTER)
            .with(&[(D::Source, "req.snapshotIdentifier")])
            .effect(),
    ),
    (
        "RestoreDBClusterToPointInTime",
        made(K::Database, CLUSTER)
            .with(&[(D::Source, "req.sourceDBClusterIdentifier")])
            .effect(),
    ),
    ("RestoreDBInstanceFromDBSnapshot", Effect::Read(create)),
    ("RestoreDBInstanceToPointInTime", Effect::Read(create)),
    ("StartDBCluster", on(K::Database, CLUSTER).effect()),
    ("StartDBInstance", on(K::Database, INSTANCE).effect()),
    (
        "StartExportTask",
        made(K::Other, "req.exportTaskIdentifier")
            .fixed(D::Call, "StartExportTask")
            .named(colon_tail)
            .with(&[
                (D::Source, "req.sourceArn"),
                (D::Target, "req.s3BucketName"),
            ])
            .effect(),
    ),
    ("StopDBCluster", off(K::Database, CLUSTER).effect()),
    ("StopDBInstance", off(K::Database, INSTANCE).effect()),
];

fn create(view: View<'_>) -> Vec<Touch> {
    let id = view
        .text("req.targetDBInstanceIdentifier|req.dBInstanceIdentifier|res.dBInstanceIdentifier");
    let Some(id) = id else { return Vec::new() };
    let class = view.text("res.dBInstanceClass|req.dBInstanceClass");
    let touch = Touch::made(K::Database, id)
        .note(D::DatabaseClass, class.as_deref())
        .note(D::Engine, view.text("res.engine|req.engine"))
        .note(
            D::Source,
            view.text("req.dBSnapshotIdentifier|req.sourceDBInstanceIdentifier"),
        )
        .note(
            D::Public,
            view.text("req.publiclyAccessible|res.publiclyAccessible"),
        )
        .note(D::DeletionProtection, view.text("req.deletionProtection"));
    vec![touch.sized(Capacity::Other(Other {
        unit: class,
        now: Some(1),
        maximum: Some(1),
    }))]
}

fn modify(view: View<'_>) -> Vec<Touch> {
    let Some(id) = view.text(INSTANCE) else {
        return Vec::new();
    };
    let password = view
        .text("req.masterUserPassword")
        .map(|_| "master password");
    vec![
        Touch::changed(K::Database, id)
            .state(S::Unknown)
            .note(D::Changed, password)
            .note(D::Public, view.text("req.publiclyAccessible"))
            .note(D::DatabaseClass, view.text("req.dBInstanceClass"))
            .note(D::DeletionProtection, view.text("req.deletionProtection")),
    ]
}
