//! Which Discord channels are told of a package's releases.

use edge::{FromJson, Timestamp};
use serde::Serialize;

use super::record;
use crate::{ChannelWebhook, Snowflake};

/// Most channels that one package is announced to.
pub const MOST_SUBSCRIPTIONS: usize = 100;

/// Most channels of one server among them, so that no server takes all the room.
pub const MOST_OF_A_SERVER: usize = 10;

/// A channel that is told of a package's releases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
pub struct Subscription {
    /// The channel.
    pub channel: Snowflake,
    /// The server that the channel is on.
    pub guild: Snowflake,
    /// The channel's webhook, a secret.
    pub webhook: ChannelWebhook,
    /// The role that is mentioned, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Snowflake>,
    /// The language that is spoken there, as Discord writes it (`de`, `en-US`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// Who subscribed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Snowflake>,
    /// When this was last said.
    #[serde(default)]
    pub at: Timestamp,
}

impl Subscription {
    /// Whether `place` is its channel or its server.
    pub fn is_of(&self, place: &Snowflake) -> bool {
        self.channel == *place || self.guild == *place
    }
}

/// What somebody saw of the subscriptions of a channel or server before they decided on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeenSubscriptions {
    /// How many there were.
    pub count: usize,
    /// When the newest of them was made.
    pub newest: Timestamp,
}

/// A package's subscriptions: `subscriptions/{id}.json`. Holds secrets: only [`crate::store`] and
/// who sends announcements read it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, FromJson)]
pub struct Subscriptions {
    /// Version of the record's form.
    #[serde(default)]
    pub schema: u32,
    /// The channels, at most [`MOST_SUBSCRIPTIONS`] and each once, in the order in which they came.
    #[serde(default)]
    pub channels: Vec<Subscription>,
}

record!(Subscriptions, "list of subscriptions");

/// Why there is no room for a further channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TooManySubscriptions {
    /// There are [`MOST_SUBSCRIPTIONS`] already.
    #[error(
        "a package is announced to at most {MOST_SUBSCRIPTIONS} channels, and this one has them"
    )]
    OfPackage,
    /// [`MOST_OF_A_SERVER`] of them are this server's.
    #[error("a package is announced to at most {MOST_OF_A_SERVER} channels of one server")]
    OfServer,
}

/// What a subscription changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subscribed {
    /// The channel is new.
    Added,
    /// The channel was subscribed already; this subscription takes the place of that one.
    Replaced,
}

impl Subscriptions {
    /// The subscription of `channel`.
    pub fn of(&self, channel: &Snowflake) -> Option<&Subscription> {
        self.channels.iter().find(|known| known.channel == *channel)
    }

    /// Subscribes a channel, in the place of what it subscribed before.
    ///
    /// # Errors
    /// [`TooManySubscriptions`].
    pub fn put(&mut self, subscription: Subscription) -> Result<Subscribed, TooManySubscriptions> {
        self.schema = super::SCHEMA;
        let mut channels = self.channels.iter_mut();
        if let Some(known) = channels.find(|known| known.channel == subscription.channel) {
            *known = subscription;
            return Ok(Subscribed::Replaced);
        }
        let of_server = self.channels.iter();
        let of_server = of_server.filter(|known| known.guild == subscription.guild);
        if of_server.count() >= MOST_OF_A_SERVER {
            return Err(TooManySubscriptions::OfServer);
        }
        if self.channels.len() >= MOST_SUBSCRIPTIONS {
            return Err(TooManySubscriptions::OfPackage);
        }
        self.channels.push(subscription);
        Ok(Subscribed::Added)
    }

    /// Ends the subscription of a server's channel; whether there was one.
    pub fn remove(&mut self, guild: &Snowflake, channel: &Snowflake) -> bool {
        self.remove_if(|known| known.channel == *channel && known.guild == *guild)
    }

    /// What there is to be seen of the channel or server `place`; `None` where it has not subscribed.
    pub fn seen(&self, place: &Snowflake) -> Option<SeenSubscriptions> {
        let of_place = self.channels.iter().filter(|known| known.is_of(place));
        of_place.fold(None, |seen: Option<SeenSubscriptions>, known| {
            let (count, newest) = seen.map_or((0, known.at), |seen| (seen.count, seen.newest));
            Some(SeenSubscriptions {
                count: count + 1,
                newest: newest.max(known.at),
            })
        })
    }

    /// Ends the subscription of the channel `place`, or all those of the server `place`, that were
    /// made by the time `until`; how many there were.
    pub fn end(&mut self, place: &Snowflake, until: Timestamp) -> usize {
        let before = self.channels.len();
        self.remove_if(|known| known.is_of(place) && known.at <= until);
        before - self.channels.len()
    }

    /// Ends the subscription of `channel` that was made at `made`, whose webhook was found to be
    /// gone; whether there was one. One that was renewed since has a webhook of its own.
    pub fn forget(&mut self, channel: &Snowflake, made: Timestamp) -> bool {
        self.remove_if(|known| known.channel == *channel && known.at == made)
    }

    fn remove_if(&mut self, is_meant: impl Fn(&Subscription) -> bool) -> bool {
        let before = self.channels.len();
        self.channels.retain(|known| !is_meant(known));
        self.channels.len() != before
    }
}
