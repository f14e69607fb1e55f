//! Ids brought into one form, so that a name and an ARN are one resource.

/// What follows the last `/` of an ARN; a name as it is.
pub(super) fn tail(id: &str) -> String {
    if id.starts_with("arn:") {
        id.rsplit('/').next().unwrap_or(id).to_owned()
    } else {
        id.to_owned()
    }
}

/// What follows the last `:` of an ARN; a name as it is.
pub(super) fn colon_tail(id: &str) -> String {
    if id.starts_with("arn:") {
        id.rsplit(':').next().unwrap_or(id).to_owned()
    } else {
        id.to_owned()
    }
}

/// A function's name and, where written, its version or alias. Takes a name,
/// `name:alias`, `account:function:name` and ARNs.
pub(super) fn function(id: &str) -> (String, Option<String>) {
    let rest = match id.rsplit_once(":function:") {
        Some((_, rest)) => rest,
        None => id.strip_prefix("function:").unwrap_or(id),
    };
    match rest.split_once(':') {
        Some((name, qualifier)) => (name.to_owned(), Some(qualifier.to_owned())),
        None => (rest.to_owned(), None),
    }
}

/// A function's name.
pub(super) fn function_name(id: &str) -> String {
    function(id).0
}

/// `cluster/name` of an ECS service or task, from its ARN where that has the
/// cluster, else with the cluster that the call names.
pub(super) fn in_cluster(id: &str, cluster: Option<&str>) -> String {
    let path = if id.starts_with("arn:") {
        id.splitn(6, ':').nth(5).unwrap_or(id)
    } else {
        id
    };
    let parts: Vec<&str> = path.split('/').collect();
    let cluster = cluster.map_or_else(|| "default".to_owned(), tail);
    match parts.as_slice() {
        ["service" | "task", cluster, name] => format!("{cluster}/{name}"),
        ["service" | "task", name] => format!("{cluster}/{name}"),
        _ => format!("{cluster}/{path}"),
    }
}

/// `family:revision` of a task definition.
pub(super) fn task_definition(id: &str) -> String {
    match id.split_once(":task-definition/") {
        Some((_, rest)) => rest.to_owned(),
        None => id.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_function_is_its_name() {
        let arn = "arn:aws:lambda:eu-west-1:123456789012:function:f";
        for id in [
            "f",
            "f:live",
            "123456789012:function:f",
            arn,
            &format!("{arn}:live"),
        ] {
            assert_eq!(function_name(id), "f", "{id}");
        }
        assert_eq!(function("f:live").1.as_deref(), Some("live"));
    }

    #[test]
    fn an_ecs_service_is_named_with_its_cluster() {
        assert_eq!(
            in_cluster("web", Some("arn:aws:ecs:r:1:cluster/c")),
            "c/web"
        );
        assert_eq!(in_cluster("arn:aws:ecs:r:1:service/c/web", None), "c/web");
        assert_eq!(
            in_cluster("arn:aws:ecs:r:1:service/web", None),
            "default/web"
        );
        assert_eq!(in_cluster("service/c/web", Some("x")), "c/web");
        assert_eq!(
            task_definition("arn:aws:ecs:r:1:task-definition/f:3"),
            "f:3"
        );
    }
}
