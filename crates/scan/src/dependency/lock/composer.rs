//! Composer's `composer.lock`.

use super::json::{Members, Value};
use super::{Ecosystem, Listing, LockError, Package};
use crate::dependency::Origin;
use crate::dependency::package::host;

/// Reads the packages, those for development too.
pub(super) fn read(text: &str) -> Result<Listing, LockError> {
    let root = Value::whole(text)?.members()?;
    let packages = root
        .get("packages")
        .ok_or(LockError::Shape("no `packages`", 0))?;
    let mut listing = Listing::default();
    for list in [Some(packages), root.get("packages-dev")]
        .into_iter()
        .flatten()
    {
        if list.typed() == "null" {
            continue;
        }
        for value in list.items()? {
            listing
                .packages
                .push(package(&value.members()?, value.at())?);
        }
    }
    Ok(listing)
}

fn package(members: &Members<'_>, at: usize) -> Result<Package, LockError> {
    let (Some(name), Some(version)) = (members.string("name")?, members.string("version")?) else {
        return Err(LockError::Shape("a package without name or version", at));
    };
    let at = members.get("name").map_or(at, |name| name.at());
    let mut package = Package::new(Ecosystem::Packagist, &name, &version, at);
    let part = |name: &str| members.members(name);
    let dist = members
        .get("dist")
        .filter(Value::is_object)
        .map(|_| part("dist"))
        .transpose()?;
    let source = members
        .get("source")
        .filter(Value::is_object)
        .map(|_| part("source"))
        .transpose()?;
    let url = |members: &Option<Members<'_>>| match members {
        Some(members) => members.string("url"),
        None => Ok(None),
    };
    // Packagist's files lie at the code's own host: that is its registry.
    package.origin = match (url(&dist)?, url(&source)?) {
        (Some(dist), _) if host(&dist).is_some() => {
            Origin::Registry(host(&dist).unwrap_or_default().to_owned())
        }
        (Some(_), _) => Origin::Local,
        (None, Some(source)) => Origin::Git(source),
        (None, None) => Origin::Unsaid,
    };
    if let Some(dist) = dist {
        let sum = dist.string("shasum")?.filter(|sum| !sum.is_empty());
        package.integrity = sum.map(|sum| format!("sha1:{sum}")).into_iter().collect();
    }
    Ok(package)
}
