//! An engine with this program's tables in it.
#![allow(clippy::unwrap_used, missing_docs)]

use engine::testing::EngineProcess;
use store::{Migration, Retention, Store, StoreConfig};

pub async fn prepared_engine(retention: &Retention) -> EngineProcess {
    EngineProcess::prepared((Migration::ALL, retention), async |url| {
        Store::connect(StoreConfig::embedded(url))
            .migrate(retention)
            .await
            .unwrap();
    })
    .await
}
