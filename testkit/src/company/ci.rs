//! Deployments by the code host, which has no key: it exchanges a token for a role.

use crate::call::Call;
use crate::caller::{Caller, Role};
use crate::company::Day;
use crate::scribe::Scribe;
use crate::shape::ecs::{Place, Task};
use crate::shape::source::{ECS, LAMBDA, S3};
use crate::shape::{ecs, lambda, store, sts};
use crate::world::{HOME, PROD, agent};

const DEPLOY: Role = Role::new(PROD, "ci-deploy");
const HERE: Place<'_> = Place {
    account: PROD,
    region: HOME,
};
const SERVICES: [&str; 4] = ["shop-api", "checkout", "search", "catalogue"];
const FUNCTIONS: [&str; 3] = ["invoice-pdf", "image-resize", "stock-sync"];

/// A few deployments on workdays.
pub(crate) fn day(scribe: &mut Scribe<'_>, day: Day) {
    if !day.works() {
        return;
    }
    for _ in 0..scribe.dice.range(2, 3) {
        let hour = scribe.dice.range(7, 16);
        let minute = scribe.dice.range(0, 59);
        scribe.at(day.time(hour, minute)).wait(0, 59);
        let repository = scribe
            .dice
            .pick(&["shop", "functions", "website", "stacks"]);
        let job = job(scribe, DEPLOY, repository);
        match repository {
            "shop" => containers(scribe, &job, day),
            "functions" => functions(scribe, &job),
            "website" => website(scribe, &job),
            _ => stacks(scribe, &job),
        }
    }
}

/// A job of a repository gets the role, from a runner with an address of its own.
pub(crate) fn job(scribe: &mut Scribe<'_>, role: Role, repository: &str) -> Caller {
    let network = format!("198.19.{}.", scribe.dice.range(1, 250));
    let runner = scribe.dice.address(&network, 4, 250);
    let subject = format!("repo:belmarais/{repository}:ref:refs/heads/main");
    let key = scribe.temporary_key(role.account);
    let person = sts::web_person(role.account, &subject).via(&runner, agent::GITHUB);
    let call = sts::assume_role_with_web_identity(scribe, role, "GitHubActions", &key, &subject);
    scribe.put(&person, HOME, &call);
    let context = fill! {
        r#","webIdFederationData":{"federatedProvider":"arn:aws:iam::$account:oidc-provider/token.actions.githubusercontent.com","attributes":{}}"#;
        account = role.account
    };
    let session = scribe.session(role, "GitHubActions", &key, &context);
    scribe.wait(2, 5);
    let session = session.via(&runner, agent::GITHUB);
    scribe.put(&session, HOME, &sts::get_caller_identity());
    scribe.wait(10, 40);
    session.via(&runner, agent::CLI_RUNNER)
}

fn containers(scribe: &mut Scribe<'_>, job: &Caller, day: Day) {
    let name = scribe.dice.pick(&SERVICES);
    let repository = format!(r#"{{"registryId":"{PROD}","repositoryName":"{name}"}}"#);
    let ecr = |call| Call::write("ecr.amazonaws.com", call).request(repository.clone());
    scribe.all(
        job,
        HOME,
        &[
            Call::read("ecr.amazonaws.com", "GetAuthorizationToken").request("{}"),
            ecr("InitiateLayerUpload"),
            ecr("CompleteLayerUpload"),
            ecr("PutImage"),
        ],
    );
    let tag = scribe.dice.text("0123456789abcdef", 12);
    let image = format!("{PROD}.dkr.ecr.{HOME}.amazonaws.com/{name}:{tag}");
    let revision = 200 + day.index;
    let task = Task::new(name, &image, 1024, 2048).revision(revision);
    let register = ecs::register_task(scribe, HERE, task);
    scribe.put(job, HOME, &register);
    scribe.wait(3, 9);
    let task = format!("{name}:{revision}");
    let update = ecs::update_service(scribe, HERE, "shop", name, &task);
    scribe.put(job, HOME, &update);
    for _ in 0..2 {
        scribe.wait(20, 60);
        let look = fill! { r#"{"cluster":"shop","services":["$name"]}"#; name };
        scribe.put(
            job,
            HOME,
            &Call::read(ECS, "DescribeServices").request(look),
        );
    }
}

fn functions(scribe: &mut Scribe<'_>, job: &Caller) {
    let name = scribe.dice.pick(&FUNCTIONS);
    let role = format!("arn:aws:iam::{PROD}:role/function-{name}");
    let about = format!(r#"{{"functionName":"{name}"}}"#);
    let update = lambda::update_code(scribe, HERE, name, &role);
    let publish = lambda::publish_version(scribe, HERE, name, &role);
    scribe.all(
        job,
        HOME,
        &[
            Call::read(LAMBDA, "GetFunction20150331v2").request(about.clone()),
            update,
            Call::read(LAMBDA, "GetFunctionConfiguration20150331v2").request(about),
            publish,
        ],
    );
}

fn website(scribe: &mut Scribe<'_>, job: &Caller) {
    let list = store::bucket(
        Call::read(S3, "ListObjects"),
        PROD,
        "belmarais-website",
        r#","list-type":"2""#,
    );
    scribe.put(job, HOME, &list);
    for _ in 0..scribe.dice.range(2, 4) {
        scribe.wait(1, 2);
        let name = scribe.dice.text("0123456789abcdef", 8);
        let key = format!("assets/main-{name}.js");
        let put = store::put_object(scribe, PROD, "belmarais-website", &key);
        scribe.put(job, HOME, &put);
    }
    let invalidate = Call::write("cloudfront.amazonaws.com", "CreateInvalidation").request(
        r#"{"distributionId":"E2QWRTYUIOP3AS","invalidationBatch":{"paths":{"quantity":1,"items":["/*"]},"callerReference":"cli"}}"#,
    );
    scribe.put(job, crate::world::GLOBAL, &invalidate);
}

fn stacks(scribe: &mut Scribe<'_>, job: &Caller) {
    const FORMATION: &str = "cloudformation.amazonaws.com";
    let stack = scribe.dice.pick(&["queues", "alarms", "dashboards"]);
    let about = format!(r#"{{"stackName":"{stack}"}}"#);
    let change = format!(r#"{{"stackName":"{stack}","changeSetName":"ci"}}"#);
    scribe.all(
        job,
        HOME,
        &[
            Call::read(FORMATION, "DescribeStacks").request(about.clone()),
            Call::write(FORMATION, "CreateChangeSet").request(fill! {
                r#"{"stackName":"$stack","changeSetName":"ci","changeSetType":"UPDATE","capabilities":["CAPABILITY_NAMED_IAM"]}"#;
                stack
            }),
            Call::read(FORMATION, "DescribeChangeSet").request(change.clone()),
            Call::write(FORMATION, "ExecuteChangeSet").request(change),
            Call::read(FORMATION, "DescribeStacks").request(about),
        ],
    );
}
