//! The user metadata of objects, which a digest's signature is part of.

use std::collections::BTreeMap;
use std::io;

use futures_util::StreamExt;
use futures_util::stream;

use super::Session;
use crate::source::Object;

/// Requests under way at once.
const PARALLEL: usize = 16;

/// User metadata: names in lower case, and values.
pub type UserMetadata = BTreeMap<String, String>;

/// Asks for the user metadata of objects, and answers in their order.
pub(crate) fn user_metadata(
    session: &Session,
    objects: &[Object],
) -> Vec<io::Result<UserMetadata>> {
    let answers = stream::iter(objects)
        .map(|object| one(session, object))
        .buffered(PARALLEL)
        .collect();
    session.runtime.block_on(answers)
}

async fn one(session: &Session, object: &Object) -> io::Result<UserMetadata> {
    let client = session.clients.get(&object.bucket);
    let client = client.ok_or_else(|| io::Error::other("the bucket was never listed"))?;
    client.head(&object.key).await.map_err(io::Error::other)
}
