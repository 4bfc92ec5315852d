using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using ImageShare.Core.Diagnostics;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Registration;

namespace ImageShare.Core.Tests.Tracing;

/// <summary>The histograms and gauges of shares, as a listener sees them.</summary>
[TestFixture]
[NonParallelizable]
public sealed class MetricsTests
{
    [Test]
    public async Task A_share_is_counted_while_it_lasts_and_measured_when_it_ends()
    {
        using var metrics = new Metrics();
        await using SharePair pair = await SharePair.StartAsync();
        Dictionary<string, long> before = metrics.Gauges();
        await using ImageShareSession outgoing = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(TestImage.Png(5000)));
        ImageShareInvitation invitation = await pair.NextInvitationAsync();
        Assert.That(
            () => metrics.Since(before),
            Is.SupersetOf((string[])["shares.active outgoing 1", "shares.active incoming 1", "invitations.pending outgoing 1", "invitations.pending incoming 1"]).After(30_000, 5));
        await using ImageShareSession incoming = await invitation.AcceptAsync(pair.Store);
        ImageShareResult sent = await outgoing.Completion.WaitAsync(SharePair.Patience);
        ImageShareResult received = await incoming.Completion.WaitAsync(SharePair.Patience);
        Assert.That((sent.IsCompleted, received.IsCompleted), Is.EqualTo((true, true)));
        Assert.That(() => metrics.Since(before).Where(g => g.Contains("shares", StringComparison.Ordinal) || g.Contains("invitations", StringComparison.Ordinal)), Is.Empty.After(30_000, 5));
        foreach (string direction in (string[])["outgoing", "incoming"])
        {
            Assert.Multiple(() =>
            {
                Assert.That(metrics.Values($"share.bytes direction={direction} state=Completed"), Does.Contain(5000));
                Assert.That(metrics.Values($"share.duration direction={direction} state=Completed"), Has.Some.GreaterThan(0));
                Assert.That(metrics.Values($"invitation.accept.time direction={direction}"), Has.Some.GreaterThan(0));
            });
        }
    }

    [Test]
    public async Task A_declined_or_cancelled_invitation_does_not_stay_pending()
    {
        using var metrics = new Metrics();
        await using SharePair pair = await SharePair.StartAsync();
        Dictionary<string, long> before = metrics.Gauges();
        foreach (bool cancels in (bool[])[false, true])
        {
            await using ImageShareSession outgoing = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(TestImage.Png(100)));
            ImageShareInvitation invitation = await pair.NextInvitationAsync();
            await (cancels ? outgoing.CancelAsync() : invitation.DeclineAsync()).WaitAsync(SharePair.Patience);
            await outgoing.Completion.WaitAsync(SharePair.Patience);
        }

        Assert.That(() => metrics.Since(before).Where(g => !g.Contains("connections", StringComparison.Ordinal)), Is.Empty.After(30_000, 5));
    }

    [Test]
    public async Task Open_connections_are_counted_until_the_clients_close()
    {
        using var metrics = new Metrics();
        Dictionary<string, long> before = metrics.Gauges();
        SharePair pair = await SharePair.StartAsync(alice: o => o with { Transport = SipTransportChoice.Tcp });
        await pair.ShareAsync(TestImage.Png(100));
        Assert.That(() => metrics.Since(before), Has.Some.EqualTo("sip.connections.open  2").After(30_000, 5));
        await pair.DisposeAsync();
        Assert.That(() => metrics.Since(before).Where(g => g.Contains("connections", StringComparison.Ordinal)), Is.Empty.After(30_000, 5));
    }

    [Test]
    public async Task A_registration_is_counted_by_where_it_stands_until_its_client_ends()
    {
        using var metrics = new Metrics();
        Dictionary<string, long> before = metrics.Gauges();
        ImageShareClient client = await ImageShareClient.StartAsync(new ImageShareOptions { Identity = SipUri.Parse("sip:alice@ims.example"), Network = new InMemoryNetwork(), Transport = SipTransportChoice.Tcp });
        await Assert.ThrowsAsync<ImageShareException>(() => client.RegisterAsync(new SipRegistrationOptions { Registrar = SipUri.Parse("sip:127.0.0.1:9") }));
        Assert.That(metrics.Since(before).Where(static g => g.StartsWith("sip.registrations", StringComparison.Ordinal)).Select(static g => g[^1]), Is.EqualTo("1"), "lost, and tried again");
        await client.DisposeAsync();
        Assert.That(metrics.Since(before).Where(static g => g.StartsWith("sip.registrations", StringComparison.Ordinal)), Is.Empty);
    }

    private sealed class Metrics : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly ConcurrentDictionary<string, long> _gauges = [];
        private readonly ConcurrentQueue<(string Name, double Value)> _values = [];

        public Metrics()
        {
            _listener.InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Meter.Name == ImageShareTelemetry.MeterName)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Take(instrument, value, tags));
            _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Take(instrument, value, tags));
            _listener.Start();
        }

        public double[] Values(string name) => [.. _values.Where(v => v.Name == name).Select(v => v.Value)];

        public Dictionary<string, long> Gauges()
        {
            _listener.RecordObservableInstruments();
            return new(_gauges);
        }

        /// <summary>The gauges that are not as before, with the difference.</summary>
        public string[] Since(Dictionary<string, long> before) =>
            [.. Gauges().Where(g => g.Value != before.GetValueOrDefault(g.Key)).Select(g => $"{g.Key} {g.Value - before.GetValueOrDefault(g.Key)}")];

        public void Dispose() => _listener.Dispose();

        private void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            string name = instrument.Name["imageshare.".Length..];
            if (instrument.IsObservable)
            {
                _gauges[$"{name} {(tags.IsEmpty ? null : tags[0].Value)}"] = (long)value;
                return;
            }

            foreach (KeyValuePair<string, object?> tag in tags)
            {
                name += $" {tag.Key}={tag.Value}";
            }

            _values.Enqueue((name, value));
        }
    }
}
