using System.Collections.Concurrent;
using System.Diagnostics;
using ImageShare.Core.Diagnostics;
using ImageShare.Core.Sharing;

namespace ImageShare.Core.Tests.Tracing;

/// <summary>The activities of shares, as a listener sees them.</summary>
[TestFixture]
[NonParallelizable]
public sealed class ActivityTests
{
    [TestCase(false)]
    [TestCase(true)]
    public async Task A_share_is_an_activity_with_its_parts_on_both_sides(bool withNames)
    {
        using var listened = new Listened();
        await using SharePair pair = await SharePair.StartAsync(alice: o => o with { NamesInActivities = withNames }, bob: o => o with { NamesInActivities = withNames });
        using var application = new Activity("application");
        application.Start();
        (ImageShareResult sent, _) = await pair.ShareAsync(TestImage.Png(5000));
        Assert.That(sent.IsCompleted, Is.True, sent.Message);
        string callId = CallIdOf(pair);
        Activity[] all = await listened.OfAsync(callId, 7);
        Activity caller = all.Single(a => a is { OperationName: "imageshare.share", Kind: ActivityKind.Client });
        Activity callee = all.Single(a => a is { OperationName: "imageshare.share", Kind: ActivityKind.Server });
        Assert.Multiple(() =>
        {
            Assert.That(PartsOf(all, caller), Is.EqualTo(["imageshare.query", "imageshare.invite", "imageshare.transfer", "imageshare.teardown"]));
            Assert.That(PartsOf(all, callee), Is.SupersetOf(["imageshare.invite", "imageshare.transfer"]).And.Not.Contains("imageshare.query"));
            Assert.That(caller.ParentSpanId, Is.EqualTo(application.SpanId));
            Assert.That(callee.ParentSpanId, Is.EqualTo(default(ActivitySpanId)));
            Assert.That(all.Select(a => a.GetTagItem("imageshare.transfer_id")).Distinct(), Has.Exactly(1).Not.Null);
            Assert.That(new[] { caller, callee }.Select(a => $"{a.GetTagItem("imageshare.direction")} {a.GetTagItem("imageshare.state")} {a.GetTagItem("imageshare.bytes")}"), Is.EqualTo(["outgoing Completed 5000", "incoming Completed 5000"]));
            Assert.That(all.Select(a => a.GetTagItem("imageshare.file.name")).OfType<string>(), withNames ? Is.EqualTo(["cat.png", "cat.png"]) : Is.Empty);
            Assert.That(all.SelectMany(a => a.TagObjects).Any(t => $"{t.Value}".Contains("ims.example", StringComparison.Ordinal)), Is.EqualTo(withNames));
            Assert.That(Activity.Current, Is.SameAs(application), "nothing of the library becomes current");
        });
    }

    [Test]
    public async Task A_declined_share_ends_with_its_code_and_without_a_transfer()
    {
        using var listened = new Listened();
        await using SharePair pair = await SharePair.StartAsync();
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(TestImage.Png(100)), new ShareSettings { QueryFirst = false });
        await (await pair.NextInvitationAsync()).DeclineAsync();
        ImageShareResult result = await outgoing.Completion.WaitAsync(SharePair.Patience);
        Activity[] all = await listened.OfAsync(CallIdOf(pair), 3);
        Activity caller = all.Single(a => a is { OperationName: "imageshare.share", Kind: ActivityKind.Client });
        Assert.Multiple(() =>
        {
            Assert.That(PartsOf(all, caller), Is.EqualTo(["imageshare.invite"]));
            Assert.That(caller.GetTagItem("error.type"), Is.EqualTo(result.Error.ToString()));
            Assert.That(caller.GetTagItem("imageshare.state"), Is.EqualTo("Declined"));
        });
    }

    private static string CallIdOf(SharePair pair)
    {
        string invite = System.Text.Encoding.UTF8.GetString(pair.FirstSent("INVITE").Bytes.Span);
        return invite.Split("\r\n").First(l => l.StartsWith("Call-ID: ", StringComparison.Ordinal))["Call-ID: ".Length..];
    }

    private static string[] PartsOf(Activity[] all, Activity share) => [.. all.Where(a => a.ParentSpanId == share.SpanId).OrderBy(a => a.StartTimeUtc).Select(a => a.OperationName)];

    private sealed class Listened : IDisposable
    {
        private readonly ConcurrentQueue<Activity> _stopped = [];
        private readonly ActivityListener _listener;

        public Listened()
        {
            _listener = new ActivityListener
            {
                ShouldListenTo = static source => source.Name == ImageShareTelemetry.ActivitySourceName,
                Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
                ActivityStopped = _stopped.Enqueue,
            };
            ActivitySource.AddActivityListener(_listener);
        }

        // Other tests may share at the same time.
        public async Task<Activity[]> OfAsync(string callId, int least)
        {
            Activity[] Found() => [.. _stopped.Where(a => (string?)a.GetTagItem("sip.call_id") == callId)];
            await Task.Yield();
            Assert.That(() => Found().Count(a => a.OperationName == "imageshare.share") == 2 && Found().Length >= least, Is.True.After(30_000, 5), () => string.Join(' ', Found().Select(a => a.OperationName)));
            return Found();
        }

        public void Dispose() => _listener.Dispose();
    }
}
