//! Identities: users, keys, roles, policies.

use crate::call::Call;
use crate::clock::spelled;
use crate::fill::{percent, quoted};
use crate::scribe::Scribe;
use crate::shape::source::IAM;

/// Trust policy that lets a service use a role.
pub(crate) fn trust_service(service: &str) -> String {
    fill! {
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"$service"},"Action":"sts:AssumeRole"}]}"#;
        service
    }
}

/// `CreateUser`.
pub(crate) fn create_user(scribe: &Scribe<'_>, account: &str, name: &str) -> Call {
    let answer = fill! {
        r#"{"user":{"path":"/","userName":"$name","userId":"$id","arn":"arn:aws:iam::$account:user/$name","createDate":"$time"}}"#;
        name, id = &scribe.world.key("AIDA", account, name), account, time = &spelled(scribe.now)
    };
    Call::write(IAM, "CreateUser")
        .request(user(name))
        .response(answer)
}

/// `CreateAccessKey` that gives out `key`.
pub(crate) fn create_access_key(scribe: &Scribe<'_>, name: &str, key: &str) -> Call {
    let answer = fill! {
        r#"{"accessKey":{"userName":"$name","accessKeyId":"$key","status":"Active","createDate":"$time"}}"#;
        name, key, time = &spelled(scribe.now)
    };
    Call::write(IAM, "CreateAccessKey")
        .request(user(name))
        .response(answer)
}

/// `UpdateAccessKey` to `Active` or `Inactive`.
pub(crate) fn update_access_key(name: &str, key: &str, status: &str) -> Call {
    Call::write(IAM, "UpdateAccessKey").request(fill! {
        r#"{"userName":"$name","accessKeyId":"$key","status":"$status"}"#;
        name, key, status
    })
}

/// `DeleteAccessKey`.
pub(crate) fn delete_access_key(name: &str, key: &str) -> Call {
    Call::write(IAM, "DeleteAccessKey").request(fill! {
        r#"{"userName":"$name","accessKeyId":"$key"}"#;
        name, key
    })
}

/// `CreateLoginProfile`.
pub(crate) fn create_login(scribe: &Scribe<'_>, name: &str, reset: bool) -> Call {
    let reset = if reset { "true" } else { "false" };
    let answer = fill! {
        r#"{"loginProfile":{"userName":"$name","createDate":"$time","passwordResetRequired":$reset}}"#;
        name, time = &spelled(scribe.now), reset
    };
    Call::write(IAM, "CreateLoginProfile")
        .request(fill! { r#"{"userName":"$name","passwordResetRequired":$reset}"#; name, reset })
        .response(answer)
}

/// `UpdateLoginProfile`: a password reset by an administrator.
pub(crate) fn reset_password(name: &str) -> Call {
    Call::write(IAM, "UpdateLoginProfile").request(format!(
        r#"{{"userName":"{name}","passwordResetRequired":true}}"#
    ))
}

/// `AddUserToGroup`.
pub(crate) fn add_to_group(name: &str, group: &str) -> Call {
    Call::write(IAM, "AddUserToGroup").request(fill! {
        r#"{"groupName":"$group","userName":"$name"}"#;
        group, name
    })
}

/// `AttachUserPolicy`.
pub(crate) fn attach_user_policy(name: &str, policy: &str) -> Call {
    Call::write(IAM, "AttachUserPolicy").request(fill! {
        r#"{"userName":"$name","policyArn":"$policy"}"#;
        name, policy
    })
}

/// `CreateRole`.
pub(crate) fn create_role(scribe: &Scribe<'_>, account: &str, name: &str, trust: &str) -> Call {
    let answer = fill! {
        r#"{"role":{"path":"/","roleName":"$name","roleId":"$id","arn":"arn:aws:iam::$account:role/$name","createDate":"$time","assumeRolePolicyDocument":"$trust"}}"#;
        name, id = &scribe.world.key("AROA", account, name), account, time = &spelled(scribe.now),
        trust = &percent(trust)
    };
    Call::write(IAM, "CreateRole")
        .request(fill! {
            r#"{"roleName":"$name","assumeRolePolicyDocument":$trust}"#;
            name, trust = &quoted(trust)
        })
        .response(answer)
}

/// `AttachRolePolicy`.
pub(crate) fn attach_role_policy(name: &str, policy: &str) -> Call {
    Call::write(IAM, "AttachRolePolicy").request(fill! {
        r#"{"roleName":"$name","policyArn":"$policy"}"#;
        name, policy
    })
}

/// `PutRolePolicy`.
pub(crate) fn put_role_policy(name: &str, policy: &str, document: &str) -> Call {
    Call::write(IAM, "PutRolePolicy").request(fill! {
        r#"{"roleName":"$name","policyName":"$policy","policyDocument":$document}"#;
        name, policy, document = &quoted(document)
    })
}

/// `CreatePolicyVersion` that becomes the default.
pub(crate) fn create_policy_version(scribe: &Scribe<'_>, arn: &str, document: &str) -> Call {
    let answer = fill! {
        r#"{"policyVersion":{"versionId":"v4","isDefaultVersion":true,"createDate":"$time"}}"#;
        time = &spelled(scribe.now)
    };
    Call::write(IAM, "CreatePolicyVersion")
        .request(fill! {
            r#"{"policyArn":"$arn","policyDocument":$document,"setAsDefault":true}"#;
            arn, document = &quoted(document)
        })
        .response(answer)
}

/// `CreateServiceLinkedRole`.
pub(crate) fn create_linked_role(
    scribe: &Scribe<'_>,
    account: &str,
    service: &str,
    name: &str,
) -> Call {
    let answer = fill! {
        r#"{"role":{"path":"/aws-service-role/$service/","roleName":"$name","roleId":"$id","arn":"arn:aws:iam::$account:role/aws-service-role/$service/$name","createDate":"$time","assumeRolePolicyDocument":"$trust"}}"#;
        service, name, id = &scribe.world.key("AROA", account, name), account,
        time = &spelled(scribe.now), trust = &percent(&trust_service(service))
    };
    Call::write(IAM, "CreateServiceLinkedRole")
        .request(format!(r#"{{"aWSServiceName":"{service}"}}"#))
        .response(answer)
}

/// A service-linked role that is there already.
pub(crate) fn linked_role_taken(service: &str, name: &str) -> Call {
    Call::write(IAM, "CreateServiceLinkedRole")
        .request(format!(r#"{{"aWSServiceName":"{service}"}}"#))
        .failed(
            "InvalidInputException",
            format!(
                "Service role name {name} has been taken in this account, please try a different suffix."
            ),
        )
}

/// A call that only names a user: `GetUser`, `ListAccessKeys` and the like.
pub(crate) fn about_user(call: &'static str, name: &str) -> Call {
    Call::read(IAM, call).request(user(name))
}

fn user(name: &str) -> String {
    format!(r#"{{"userName":"{name}"}}"#)
}
