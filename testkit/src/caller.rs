//! Who calls, from where, with which tool: `userIdentity` of each kind.

use std::sync::Arc;

use crate::clock::rfc3339;
use crate::world::World;

/// A credential (or service) in use at one place with one tool.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// `userIdentity`, as JSON.
    pub(crate) identity: Arc<str>,
    /// ARN of the principal; empty for services.
    pub(crate) arn: Arc<str>,
    /// Access key id; empty where there is none.
    pub(crate) key: Arc<str>,
    /// Account in which the calls are recorded.
    pub(crate) account: Arc<str>,
    /// `sourceIPAddress`.
    pub(crate) ip: Arc<str>,
    /// `userAgent`.
    pub(crate) agent: Arc<str>,
    /// Whether the credential was issued to a console session.
    pub(crate) console: bool,
    /// Whether a service calls: such records carry no TLS details.
    pub(crate) service: bool,
}

/// A role, known by account, path and name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Role {
    pub(crate) account: &'static str,
    pub(crate) path: &'static str,
    pub(crate) name: &'static str,
}

impl Role {
    /// A role without a path.
    pub(crate) const fn new(account: &'static str, name: &'static str) -> Self {
        Self {
            account,
            path: "/",
            name,
        }
    }

    /// `arn:aws:iam::…:role/…`.
    pub(crate) fn arn(&self) -> String {
        format!(
            "arn:aws:iam::{}:role{}{}",
            self.account, self.path, self.name
        )
    }

    /// `AROA…`, always the same for a role.
    pub(crate) fn id(&self, world: &World) -> String {
        world.key("AROA", self.account, self.name)
    }
}

/// What differs between sessions of roles.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Session<'a> {
    /// `RoleSessionName`.
    pub(crate) name: &'a str,
    /// `ASIA…`; empty where the record shows none.
    pub(crate) key: &'a str,
    /// When it was issued, in seconds since 1970.
    pub(crate) since: i64,
    /// Whether the person showed a second factor.
    pub(crate) mfa: bool,
    /// Further JSON members of `sessionContext`, each with a comma before it.
    pub(crate) context: &'a str,
    /// Service that calls with the role, if any.
    pub(crate) invoked_by: Option<&'a str>,
}

impl Caller {
    /// An IAM user with a long-lived key.
    pub(crate) fn user(world: &World, account: &str, name: &str, key: &str) -> Self {
        let arn = format!("arn:aws:iam::{account}:user/{name}");
        let identity = fill! {
            r#"{"type":"IAMUser","principalId":"$id","arn":"$arn","accountId":"$account","accessKeyId":"$key","userName":"$name"}"#;
            id = &world.key("AIDA", account, name), arn = &arn, account, key, name
        };
        Self::with(identity, &arn, key, account)
    }

    /// An IAM user in a session: at the console, or with `GetSessionToken`.
    pub(crate) fn user_session(
        world: &World,
        account: &str,
        name: &str,
        session: Session<'_>,
    ) -> Self {
        let arn = format!("arn:aws:iam::{account}:user/{name}");
        let identity = fill! {
            r#"{"type":"IAMUser","principalId":"$id","arn":"$arn","accountId":"$account","accessKeyId":"$key","userName":"$name","sessionContext":{"attributes":{"creationDate":"$since","mfaAuthenticated":"$mfa"}}}"#;
            id = &world.key("AIDA", account, name), arn = &arn, account, key = session.key, name,
            since = &rfc3339(session.since), mfa = if session.mfa { "true" } else { "false" }
        };
        Self::with(identity, &arn, session.key, account)
    }

    /// An IAM user at the console's door: no key yet.
    pub(crate) fn user_signing_in(world: &World, account: &str, name: &str) -> Self {
        let arn = format!("arn:aws:iam::{account}:user/{name}");
        let identity = fill! {
            r#"{"type":"IAMUser","principalId":"$id","arn":"$arn","accountId":"$account","userName":"$name"}"#;
            id = &world.key("AIDA", account, name), arn = &arn, account, name
        };
        Self::with(identity, &arn, "", account)
    }

    /// The root user at the console.
    pub(crate) fn root(account: &str, key: &str, since: i64) -> Self {
        let arn = format!("arn:aws:iam::{account}:root");
        let identity = fill! {
            r#"{"type":"Root","principalId":"$account","arn":"$arn","accountId":"$account","accessKeyId":"$key","sessionContext":{"attributes":{"creationDate":"$since","mfaAuthenticated":"true"}}}"#;
            account, arn = &arn, key, since = &rfc3339(since)
        };
        Self::with(identity, &arn, key, account)
    }

    /// A session of a role.
    pub(crate) fn role(world: &World, role: Role, session: Session<'_>) -> Self {
        let arn = format!(
            "arn:aws:sts::{}:assumed-role/{}/{}",
            role.account, role.name, session.name
        );
        let key = match session.key {
            "" => String::new(),
            key => format!(r#""accessKeyId":"{key}","#),
        };
        let invoked = session
            .invoked_by
            .map(|by| format!(r#","invokedBy":"{by}""#));
        let identity = fill! {
            r#"{"type":"AssumedRole","principalId":"$id:$session","arn":"$arn","accountId":"$account",$key"sessionContext":{"sessionIssuer":{"type":"Role","principalId":"$id","arn":"$role","accountId":"$account","userName":"$name"},"attributes":{"creationDate":"$since","mfaAuthenticated":"$mfa"}$context}$invoked}"#;
            id = &role.id(world), session = session.name, arn = &arn, account = role.account,
            key = &key, role = &role.arn(), name = role.name, since = &rfc3339(session.since),
            mfa = if session.mfa { "true" } else { "false" }, context = session.context,
            invoked = invoked.as_deref().unwrap_or("")
        };
        let caller = Self::with(identity, &arn, session.key, role.account);
        match session.invoked_by {
            Some(service) => caller.calling_itself(service),
            None => caller,
        }
    }

    /// A service calling for itself.
    pub(crate) fn service(account: &str, service: &str) -> Self {
        let identity = format!(r#"{{"type":"AWSService","invokedBy":"{service}"}}"#);
        Self::with(identity, "", "", account).calling_itself(service)
    }

    /// A person or machine of an identity provider, before it has a role.
    pub(crate) fn federated(account: &str, identity: String) -> Self {
        Self::with(identity, "", "", account)
    }

    /// The session of a service-linked role.
    pub(crate) fn linked(
        world: &World,
        account: &'static str,
        service: &'static str,
        since: i64,
    ) -> Self {
        let (path, name, session) = linked_role(service);
        let role = Role {
            account,
            path,
            name,
        };
        let session = Session {
            name: session,
            since,
            invoked_by: Some(service),
            ..Session::default()
        };
        Self::role(world, role, session)
    }

    /// The same credential used from a place with a tool.
    pub(crate) fn via(mut self, ip: &str, agent: &str) -> Self {
        self.ip = ip.into();
        self.agent = agent.into();
        self
    }

    /// Whether the record shows only another account's principal.
    pub(crate) fn is_foreign(&self) -> bool {
        self.identity.starts_with(r#"{"type":"AWSAccount""#)
    }

    /// The same caller as another account's trail shows it: only account and principal.
    pub(crate) fn seen_by(&self, account: &str) -> Self {
        let id = self
            .identity
            .split("\"principalId\":\"")
            .nth(1)
            .and_then(|s| s.split('"').next());
        let identity = fill! {
            r#"{"type":"AWSAccount","principalId":"$id","accountId":"$account"}"#;
            id = id.unwrap_or(""), account = &self.account
        };
        Self {
            identity: identity.into(),
            account: account.into(),
            ..self.clone()
        }
    }

    /// The same credential inside a console session.
    pub(crate) fn at_console(mut self) -> Self {
        self.console = true;
        self
    }

    fn calling_itself(mut self, service: &str) -> Self {
        self.service = true;
        self.via(service, service)
    }

    fn with(identity: String, arn: &str, key: &str, account: &str) -> Self {
        Self {
            identity: identity.into(),
            arn: arn.into(),
            key: key.into(),
            account: account.into(),
            ip: "".into(),
            agent: "".into(),
            console: false,
            service: false,
        }
    }
}

/// Path, name and session name of a service's linked role.
fn linked_role(service: &'static str) -> (&'static str, &'static str, &'static str) {
    match service {
        "autoscaling.amazonaws.com" => (
            "/aws-service-role/autoscaling.amazonaws.com/",
            "AWSServiceRoleForAutoScaling",
            "AutoScaling",
        ),
        "config.amazonaws.com" => (
            "/aws-service-role/config.amazonaws.com/",
            "AWSServiceRoleForConfig",
            "configLambdaExecution",
        ),
        "ecs.amazonaws.com" => (
            "/aws-service-role/ecs.amazonaws.com/",
            "AWSServiceRoleForECS",
            "ecs-service-scheduler",
        ),
        "guardduty.amazonaws.com" => (
            "/aws-service-role/guardduty.amazonaws.com/",
            "AWSServiceRoleForAmazonGuardDuty",
            "GuardDuty",
        ),
        _ => (
            "/aws-service-role/trustedadvisor.amazonaws.com/",
            "AWSServiceRoleForTrustedAdvisor",
            "TrustedAdvisor",
        ),
    }
}
