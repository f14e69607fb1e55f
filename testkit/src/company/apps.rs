//! The shop itself: containers and functions with roles of their own.

use crate::call::Call;
use crate::caller::{Caller, Role};
use crate::company::Day;
use crate::scribe::Scribe;
use crate::shape::{lambda, store};
use crate::world::{HOME, PROD, agent};

const TASK: Role = Role::new(PROD, "shop-task");
const MAILER: Role = Role::new(PROD, "shop-mailer");
const KEY: &str = "6f3c2d1e-8a47-4b59-9c0d-5e1f2a3b4c5d";

/// Containers start a few times a day, read their secrets, and work.
pub(crate) fn day(scribe: &mut Scribe<'_>, day: Day) {
    for hour in [1, 8, 13, 19] {
        scribe.at(day.time(hour, 12)).wait(0, 1_800);
        let who = container(scribe, TASK);
        for secret in ["shop/database-Ab3dE7", "shop/payment-Xy9kLm"] {
            scribe.put(&who, HOME, &store::get_secret(PROD, HOME, secret));
            let context = format!(
                r#""SecretARN":"arn:aws:secretsmanager:{HOME}:{PROD}:secret:{secret}","SecretVersionId":"{}""#,
                scribe.world.id("version", secret)
            );
            scribe.put(&who, HOME, &store::decrypt(PROD, HOME, KEY, &context));
            scribe.wait(0, 2);
        }
        work(scribe, &who, day);
    }
    scribe.at(day.time(6, 0)).wait(0, 60);
    let mailer = container(scribe, MAILER);
    scribe.put(&mailer, HOME, &store::get_send_quota());
}

/// The session of a container, from inside the network.
fn container(scribe: &mut Scribe<'_>, role: Role) -> Caller {
    let task = scribe.dice.text("0123456789abcdef", 32);
    let key = scribe.granted("ecs-tasks.amazonaws.com", HOME, role, &task);
    let ip = scribe.dice.address("10.20.2.", 10, 240);
    let who = scribe.session(role, &task, &key, "").via(&ip, agent::JAVA);
    scribe.wait(5, 20);
    who
}

fn work(scribe: &mut Scribe<'_>, who: &Caller, day: Day) {
    let endpoint = scribe.world.id("vpce", "s3");
    for n in 0..3 {
        scribe.wait(30, 400);
        let key = format!("orders/{}/{n}.json", day.index);
        let call = if n == 0 {
            store::put_object(scribe, PROD, "belmarais-orders", &key)
        } else {
            store::get_object(scribe, PROD, "belmarais-orders", &key)
        };
        scribe.put(who, HOME, &call.endpoint(endpoint.clone()));
    }
    let context = fill! {
        r#""aws:s3:arn":"arn:aws:s3:::belmarais-orders/orders/$day/0.json""#;
        day = &day.index.to_string()
    };
    let decrypt = store::decrypt(PROD, HOME, KEY, &context);
    let decrypt = if scribe.dice.chance(4) {
        decrypt.throttled()
    } else {
        decrypt
    };
    scribe.put(who, HOME, &decrypt);
    if scribe.dice.chance(10) {
        let missing = Call::read("ssm.amazonaws.com", "GetParameter")
            .request(r#"{"name":"/shop/feature-flags","withDecryption":true}"#)
            .failed("ParameterNotFound", "");
        scribe.put(who, HOME, &missing);
    }
}

/// Functions open their log streams.
pub(crate) fn functions(scribe: &mut Scribe<'_>, day: Day) {
    for hour in [4, 10, 16, 22] {
        scribe.at(day.time(hour, 20)).wait(0, 2_000);
        let name = scribe
            .dice
            .pick(&["invoice-pdf", "image-resize", "stock-sync"]);
        let role = Role::new(PROD, role_of(name));
        let key = scribe.granted("lambda.amazonaws.com", HOME, role, name);
        let agent = "awslambda-worker/1.0 rusoto/0.48.0 rust/1.89.0 linux";
        let ip = scribe.dice.address("198.51.100.", 150, 160);
        let who = scribe.session(role, name, &key, "").via(&ip, agent);
        scribe.wait(1, 2);
        let stream = lambda::create_log_stream(scribe, name);
        scribe.put(&who, HOME, &stream);
    }
}

fn role_of(function: &str) -> &'static str {
    match function {
        "invoice-pdf" => "function-invoice-pdf",
        "image-resize" => "function-image-resize",
        _ => "function-stock-sync",
    }
}
