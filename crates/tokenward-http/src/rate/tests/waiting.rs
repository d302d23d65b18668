//! Tests of the waiting times and of the order of waiting calls.

use super::*;

fn five_in_ten_seconds() -> Arc<Limiter> {
    Limiter::new(&[RateLimit::counted(5, seconds(10))], &RateOptions::default()).unwrap()
}

fn answered(slot: super::super::limiter::Slot) {
    slot.answered(StatusCode::OK, &Default::default(), None);
}

async fn use_all(limiter: &Arc<Limiter>) {
    for _ in 0..5 {
        answered(limiter.slot("list", no_deadline()).await.unwrap());
    }
}

#[tokio::test(start_paused = true)]
async fn calls_go_in_the_order_in_which_they_came() {
    let limiter = five_in_ten_seconds();
    let order = Arc::new(Mutex::new(Vec::new()));
    let calls: Vec<_> = (0..40)
        .map(|call| {
            let (limiter, order) = (limiter.clone(), order.clone());
            tokio::spawn(async move {
                // A later call must not be sent before an earlier one, however long that takes.
                let slot = limiter.slot("list", no_deadline()).await.unwrap();
                order.lock().unwrap().push(call);
                sleep(millis(fastrand::u64(0..500))).await;
                answered(slot);
            })
        })
        .collect();
    for call in calls {
        call.await.unwrap();
    }
    assert_eq!(*order.lock().unwrap(), (0..40).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn a_wait_beyond_the_deadline_is_refused_at_once_and_says_how_long_it_is() {
    let limiter = five_in_ten_seconds();
    use_all(&limiter).await;
    sleep(seconds(3)).await;
    let start = Instant::now();
    let late = limiter.slot("list", start + seconds(6)).await.unwrap_err();
    assert_eq!((late, start.elapsed()), (TooLate(seconds(7)), Duration::ZERO));
    limiter.slot("list", start + seconds(7)).await.map(answered).unwrap();
    assert_eq!(start.elapsed(), seconds(7));
}

#[tokio::test(start_paused = true)]
async fn a_place_far_back_in_the_queue_is_refused_at_once_too() {
    let limiter = five_in_ten_seconds();
    use_all(&limiter).await;
    let start = Instant::now();
    let calls: Vec<_> = (0..30)
        .map(|_| {
            let limiter = limiter.clone();
            tokio::spawn(async move {
                let slot = limiter.slot("list", start + seconds(25)).await;
                slot.map(answered).map_err(|TooLate(wait)| (wait, start.elapsed()))
            })
        })
        .collect();
    let mut refused = Vec::new();
    for call in calls {
        refused.extend(call.await.unwrap().err());
    }
    // Five calls after ten seconds, and five after twenty.
    assert_eq!(refused.len(), 20);
    // A refused call does not delay other calls.
    assert!(refused.into_iter().all(|late| late == (seconds(30), Duration::ZERO)));
}

#[tokio::test(start_paused = true)]
async fn who_gives_up_waiting_leaves_no_gap_and_no_place() {
    let limiter = five_in_ten_seconds();
    use_all(&limiter).await;
    let start = Instant::now();
    let waiting = |limiter: &Arc<Limiter>| {
        let limiter = limiter.clone();
        tokio::spawn(async move { limiter.slot("list", no_deadline()).await.map(answered).unwrap() })
    };
    let (first, second, third) = (waiting(&limiter), waiting(&limiter), waiting(&limiter));
    sleep(seconds(1)).await;
    first.abort();
    second.abort();
    third.await.unwrap();
    assert_eq!(start.elapsed(), seconds(10));
    assert_eq!(limiter.free("list"), Some(4));
}

#[tokio::test(start_paused = true)]
async fn what_was_not_sent_is_not_counted_and_what_was_lost_is() {
    let limiter = five_in_ten_seconds();
    for _ in 0..20 {
        limiter.slot("list", no_deadline()).await.unwrap().give_back();
    }
    for _ in 0..5 {
        drop(limiter.slot("list", no_deadline()).await.unwrap());
    }
    assert_eq!(limiter.free("list"), Some(0));
    let late = limiter.slot("list", Instant::now() + seconds(1)).await.unwrap_err();
    assert_eq!(late, TooLate(seconds(11)));
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_does_not_come_lets_nobody_wait_beyond_the_deadline() {
    let limiter = five_in_ten_seconds();
    let mut slots = Vec::new();
    for _ in 0..5 {
        slots.push(limiter.slot("list", no_deadline()).await.unwrap());
    }
    let start = Instant::now();
    assert!(limiter.slot("list", start + seconds(40)).await.is_err());
    assert_eq!(start.elapsed(), seconds(40));
}

#[tokio::test(start_paused = true)]
async fn a_route_that_is_used_up_holds_no_other_back() {
    let limits = [RateLimit::counted(2, seconds(10)).per_route(), RateLimit::counted(3, seconds(10))];
    let limiter = Limiter::new(&limits, &RateOptions::default()).unwrap();
    assert_eq!(limiter.free("list"), Some(2));
    for _ in 0..2 {
        answered(limiter.slot("list", no_deadline()).await.unwrap());
    }
    assert_eq!((limiter.free("list"), limiter.free("get")), (Some(0), Some(1)));
    let start = Instant::now();
    let list = limiter.clone();
    let list = tokio::spawn(async move { list.slot("list", no_deadline()).await.map(answered).unwrap() });
    sleep(millis(1)).await;
    answered(limiter.slot("get", no_deadline()).await.unwrap());
    assert_eq!(start.elapsed(), millis(1));
    list.await.unwrap();
    assert_eq!(start.elapsed(), seconds(10));
}

#[tokio::test(start_paused = true)]
async fn ones_own_limit_holds_beside_the_vendors_and_without_them() {
    let own = |options: RateOptions| {
        Limiter::new(&[RateLimit::counted(5, seconds(10))], &options.with_at_most(2, seconds(3))).unwrap()
    };
    assert_eq!(own(RateOptions::default()).free("list"), Some(2));
    let without = own(RateOptions::off());
    let start = Instant::now();
    for _ in 0..8 {
        answered(without.slot("list", no_deadline()).await.unwrap());
    }
    assert_eq!(start.elapsed(), seconds(9));
}

#[tokio::test(start_paused = true)]
async fn what_an_answer_does_not_speak_of_is_no_limit() {
    let names = ["ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"];
    let limiter = Limiter::new(&[RateLimit::told(names, seconds(10))], &RateOptions::default()).unwrap();
    assert_eq!(limiter.free("list"), Some(8));
    answered(limiter.slot("list", no_deadline()).await.unwrap());
    assert_eq!(limiter.free("list"), None);
    let headers = [("ratelimit-limit", "50"), ("ratelimit-remaining", "20")];
    let headers = headers.into_iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
    let told = limiter.slot("list", no_deadline()).await.unwrap();
    told.answered(StatusCode::OK, &headers.collect(), None);
    // 29 calls were made by other clients, which may call now.
    assert_eq!(limiter.free("list"), Some(19));
}

#[tokio::test(start_paused = true)]
async fn an_answer_of_the_window_before_says_nothing_of_the_one_that_has_begun() {
    let names = ["ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"];
    let limiter = Limiter::new(&[RateLimit::told(names, seconds(10))], &RateOptions::default()).unwrap();
    let tell = |slot: super::super::limiter::Slot, remaining: &str| {
        let headers = [("ratelimit-limit", "100"), ("ratelimit-remaining", remaining)];
        let headers =
            headers.into_iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        slot.answered(StatusCode::OK, &headers.collect(), None);
    };
    let slot = || async { limiter.slot("list", no_deadline()).await.unwrap() };
    let (first, late) = (slot().await, slot().await);
    sleep(millis(10)).await;
    tell(first, "20");
    let next = slot().await;
    sleep(millis(10)).await;
    tell(next, "99");
    sleep(millis(10)).await;
    tell(late, "19");
    assert!(limiter.free("list").unwrap() > 90, "{:?}", limiter.free("list"));
}

#[test]
fn a_clock_is_trusted_to_a_hundredth_of_a_window_and_to_a_second() {
    assert_eq!(super::super::window_clock::guard(seconds(10)), millis(100));
    assert_eq!(super::super::window_clock::guard(seconds(100)), seconds(1));
    assert_eq!(super::super::window_clock::guard(seconds(3600)), seconds(1));
}

fn limited(slot: super::super::limiter::Slot, status: StatusCode, retry_after: &str) {
    let header = ("retry-after".parse().unwrap(), retry_after.parse().unwrap());
    answered_by(slot, status, &[header].into_iter().collect());
}

#[tokio::test(start_paused = true)]
async fn a_429_blocks_every_call_for_as_long_as_the_vendor_asks() {
    let limiter = five_in_ten_seconds();
    let slot = || async { limiter.slot("list", no_deadline()).await.unwrap() };
    let (first, second, third) = (slot().await, slot().await, slot().await);
    let start = Instant::now();
    limited(third, StatusCode::SERVICE_UNAVAILABLE, "50");
    assert_eq!(limiter.free("list"), Some(2));
    limited(first, StatusCode::TOO_MANY_REQUESTS, "30");
    // A shorter wait does not shorten a longer one.
    limited(second, StatusCode::TOO_MANY_REQUESTS, "5");
    assert_eq!((limiter.free("list"), limiter.free("get")), (Some(0), Some(0)));
    let late = limiter.slot("list", start + seconds(29)).await.unwrap_err();
    assert_eq!((late, start.elapsed()), (TooLate(seconds(30)), Duration::ZERO));
    let slot = limiter.slot("list", start + seconds(30)).await.unwrap();
    assert_eq!(start.elapsed(), seconds(30));
    slot.give_back();
    assert_eq!(limiter.free("list"), Some(5));
}

#[tokio::test(start_paused = true)]
async fn a_429_blocks_for_an_hour_at_most() {
    let limiter = five_in_ten_seconds();
    limited(limiter.slot("list", no_deadline()).await.unwrap(), StatusCode::TOO_MANY_REQUESTS, "7200");
    let late = limiter.slot("list", Instant::now()).await.unwrap_err();
    assert_eq!(late, TooLate(seconds(3600)));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_waits_until_its_very_deadline_is_sent() {
    let limiter = five_in_ten_seconds();
    use_all(&limiter).await;
    let start = Instant::now();
    limiter.slot("list", start + seconds(10)).await.map(answered).unwrap();
    assert_eq!(start.elapsed(), seconds(10));
}

#[tokio::test(start_paused = true)]
async fn free_slots_are_the_ones_that_no_waiting_call_will_take() {
    let limiter = five_in_ten_seconds();
    for _ in 0..3 {
        answered(limiter.slot("list", no_deadline()).await.unwrap());
    }
    let entered = super::super::limiter::Waiting::enter(&limiter, "list");
    assert_eq!(limiter.free("list"), Some(1));
    drop(entered);
    assert_eq!(limiter.free("list"), Some(2));
}
