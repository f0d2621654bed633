//! Types that several operations use. Each operation is defined in its own file, next to this folder.

mod attribute;
mod code_delivery;
mod context;
mod epoch_seconds;
mod logins;
mod members;
mod paging;
mod parameters;

pub use attribute::Attribute;
pub use code_delivery::{CodeDeliveryDetails, DeliveryMedium};
pub use context::{AnalyticsMetadata, ClientMetadata, Context, UserContextData};
pub use epoch_seconds::EpochSeconds;
pub use logins::Logins;
pub(super) use members::{either_token_or_session, null_is_default};
pub(super) use paging::next_token;
pub use parameters::Parameters;
