//! Lambda functions that anybody may call, at their concurrency.

use gardefou_finding::{ResourceKind as K, ResourceState as S, Unpriced, Untrusted};

use super::bill::{Bill, Place, Units, float, is_gone, place};
use super::prices::rates;
use crate::resource::{Detail, Function, Held};

/// The function that a resource lets anybody call.
pub(super) fn public_function(held: &Held) -> Option<(Place<'_>, &str)> {
    let text = |detail: Detail| {
        held.resource
            .details
            .get(detail.key())
            .map(Untrusted::as_str)
    };
    let public = match held.resource.kind {
        K::FunctionUrl => text(Detail::UrlAuth) == Some("NONE"),
        K::FunctionPermission => text(Detail::Principal) == Some("*"),
        _ => false,
    };
    if !public || is_gone(held) {
        return None;
    }
    Some((place(held), text(Detail::Function)?))
}

impl<'h> Bill<'h> {
    pub(super) fn function(&mut self, at: usize, held: &'h Held, function: &Function) {
        if held.resource.state == S::Stopped
            || !self
                .public
                .contains(&(place(held), held.resource.id.as_str()))
        {
            return;
        }
        let memory = function.memory.unwrap_or(128);
        let price = function_price(held.resource.region.as_str(), memory, function.arm);
        let (unit, maximum) = match function.concurrency {
            Some(count) => (format!("lambda {memory} MB"), count),
            None => (format!("lambda {memory} MB, account concurrency"), 0),
        };
        let known = function.concurrency.is_some() && function.memory.is_some();
        if known && price.is_some() {
            let (now, spot) = (0, false);
            self.add(Units {
                at,
                unit,
                now,
                maximum,
                price,
                spot,
            });
            return;
        }
        self.unpriced.push(Unpriced {
            resource: at,
            unit: Untrusted::new(unit),
            count_now: 0,
            count_max: maximum,
        });
    }
}

/// An hour of one execution at a time, without the price of requests.
fn function_price(region: &str, memory: u64, arm: Option<bool>) -> Option<f64> {
    let rates = rates(region)?;
    let rate = if arm == Some(true) {
        rates.lambda_arm
    } else {
        rates.lambda
    };
    Some(float(memory) / 1024.0 * 3600.0 * rate)
}
