//! Parts of what a list costs: reading one record, keeping it, reading a date.

#![allow(clippy::unwrap_used, reason = "a record that cannot be read is no measurement")]

use divan::{Bencher, black_box, counter::ItemsCount};
use serde::{Deserialize, de::DeserializeOwned};
use tokenward::{Record, atlassian, launchdarkly, mist, sailpoint};
use tokenward_bench::{handwritten, items::List};
use tokenward_http::{Timestamp, time};

fn main() {
    divan::main();
}

/// How many different records, or dates, are read one after the other.
const MANY: usize = 64;

fn read<T: DeserializeOwned>(bencher: Bencher<'_, '_>, texts: &[String]) {
    bencher.counter(ItemsCount::new(texts.len())).bench(|| {
        for text in texts {
            black_box(serde_json::from_str::<T>(black_box(text)).unwrap());
        }
    });
}

fn records(list: List) -> Vec<String> {
    (0..MANY).map(|number| list.item(number)).collect()
}

#[divan::bench(types = [handwritten::mist::OrgToken, mist::raw::types::OrgApiToken])]
fn record_of_mist<T: DeserializeOwned>(bencher: Bencher<'_, '_>) {
    read::<T>(bencher, &records(List::Mist));
}

#[divan::bench(types = [handwritten::sailpoint::PersonalAccessToken, sailpoint::raw::types::PersonalAccessToken])]
fn record_of_sailpoint<T: DeserializeOwned>(bencher: Bencher<'_, '_>) {
    read::<T>(bencher, &records(List::Sailpoint));
}

#[divan::bench(types = [handwritten::launchdarkly::Token, launchdarkly::raw::types::Token])]
fn record_of_launchdarkly<T: DeserializeOwned>(bencher: Bencher<'_, '_>) {
    read::<T>(bencher, &records(List::Launchdarkly));
}

#[divan::bench(types = [handwritten::atlassian::ApiToken, atlassian::raw::types::OrgApiToken])]
fn record_of_atlassian<T: DeserializeOwned>(bencher: Bencher<'_, '_>) {
    read::<T>(bencher, &records(List::Atlassian));
}

#[divan::bench(args = List::COMPARED)]
fn record_kept_without_secrets(bencher: Bencher<'_, '_>, list: List) {
    let texts = records(list);
    bencher.counter(ItemsCount::new(texts.len())).bench(|| {
        for text in &texts {
            black_box(Record::from_json(black_box(text)).unwrap());
        }
    });
}

/// What a programmer takes where a date is a number.
type Number = f64;

#[derive(Deserialize)]
#[allow(dead_code, reason = "reading it is what counts")]
struct Rfc3339(#[serde(with = "time::rfc3339")] Option<Timestamp>);

#[derive(Deserialize)]
#[allow(dead_code, reason = "reading it is what counts")]
struct EpochSeconds(#[serde(with = "time::epoch_seconds")] Option<Timestamp>);

#[derive(Deserialize)]
#[allow(dead_code, reason = "reading it is what counts")]
struct EpochMillis(#[serde(with = "time::epoch_millis")] Option<Timestamp>);

fn dates(write: impl Fn(usize) -> String) -> Vec<String> {
    (0..MANY).map(|number| write(number * 86_461)).collect()
}

#[divan::bench(types = [jiff::Timestamp, Rfc3339])]
fn date_as_text<T: DeserializeOwned>(bencher: Bencher<'_, '_>) {
    let date = |seconds| Timestamp::from_second(1_704_067_200 + seconds);
    let write = |seconds: usize| format!("\"{:.3}\"", date(i64::try_from(seconds).unwrap()));
    read::<T>(bencher, &dates(write));
}

#[divan::bench(types = [Number, EpochSeconds])]
fn date_as_seconds<T: DeserializeOwned>(bencher: Bencher<'_, '_>) {
    read::<T>(bencher, &dates(|seconds| format!("{}.123456", 1_704_067_200 + seconds)));
}

#[divan::bench(types = [i64, EpochMillis])]
fn date_as_millis<T: DeserializeOwned>(bencher: Bencher<'_, '_>) {
    read::<T>(bencher, &dates(|seconds| format!("{}", (1_704_067_200 + seconds) * 1000 + 123)));
}
