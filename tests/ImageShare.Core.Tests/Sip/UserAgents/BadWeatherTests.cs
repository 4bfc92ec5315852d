using System.Text;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.UserAgents.Calls;
using ImageShare.Core.Sip.UserAgents.Requests;
using ImageShare.Core.Sip.UserAgents.Sessions;
using ImageShare.Core.Sip.UserAgents.Settings;

namespace ImageShare.Core.Tests.Sip.UserAgents;

/// <summary>
/// Whole calls over a UDP that loses 30 %, doubles and reorders: ringing made reliable, an offer from either side at once, requests, BYE. Whatever
/// happens, nothing is heard twice, everything ends in its time, and nearly everything succeeds.
/// </summary>
[TestFixture]
internal sealed class BadWeatherTests : AgentTest
{
    private const int Seeds = 40;
    private readonly List<string> _failures = [];

    [Test]
    [Category("TXN-012")]
    [Category("TXN-015")]
    public async Task Calls_come_through_and_nothing_is_heard_twice()
    {
        int established = 0, offered = 0, asked = 0;
        for (int seed = 0; seed < Seeds; seed++)
        {
            var weather = new BadWeather(Network, Clock, seed);
            Network.Filter = weather.Pass;
            var run = new Run(this, seed);
            await run.CallAsync();
            established += run.IsEstablished ? 1 : 0;
            offered += run.Offers;
            asked += run.Requests;

            // What the last BYE and the last copies still want.
            await run.AdvanceAsync(70);
            weather.Clear();
            Assert.That(() => Clock.ArmedTimers, Is.Zero.After(30_000, 1), $"seed {seed}: a timer stays");
            _failures.AddRange(run.Failures.Select(f => $"seed {seed}: {f}"));
        }

        Assert.That(_failures, Is.Empty);
        Assert.That(established, Is.GreaterThanOrEqualTo(Seeds * 9 / 10), "calls that came to a session");
        Assert.That(offered, Is.GreaterThanOrEqualTo(established * 2 * 9 / 10), "offers that were answered, of two for each call");
        Assert.That(asked, Is.GreaterThanOrEqualTo(established * 4 * 9 / 10), "requests that were answered, of four for each call");
    }

    [Test]
    public async Task Calls_that_are_cancelled_at_any_moment_leave_no_session_standing()
    {
        for (int seed = 0; seed < Seeds; seed++)
        {
            var weather = new BadWeather(Network, Clock, 1000 + seed);
            Network.Filter = weather.Pass;
            var run = new Run(this, seed);
            await run.CancelAsync(new Random(seed).Next(60) * 0.1);
            await run.AdvanceAsync(140);
            weather.Clear();
            Assert.That(run.Failures, Is.Empty, $"seed {seed}");
            Assert.That(() => Clock.ArmedTimers, Is.Zero.After(30_000, 1), $"seed {seed}: a timer stays");
        }
    }

    protected override SipUserAgentOptions AliceOptions(SipUserAgentOptions options) =>
        options with { AllowedMethods = [.. options.AllowedMethods, SipMethod.Info], ShortestSessionInterval = TimeSpan.FromSeconds(90) };

    protected override SipUserAgentOptions BobOptions(SipUserAgentOptions options) => options with
    {
        AllowedMethods = [.. options.AllowedMethods, SipMethod.Info],
        Reliability = SipReliability.WhenSupported,
        InviteTimeLimit = TimeSpan.FromSeconds(60),
    };

    /// <summary>One call.</summary>
    private sealed class Run(BadWeatherTests test, int seed)
    {
        private readonly HashSet<string> _heard = [];

        public bool IsEstablished { get; private set; }

        public int Offers { get; private set; }

        public int Requests { get; private set; }

        public List<string> Failures { get; } = [];

        public async Task CallAsync()
        {
            IncomingInvite? incoming = null;
            test.BobHandler.InviteReceived = invite =>
            {
                Hear("call " + invite.Request.Headers.CallId);
                incoming = invite;
                invite.Ring();
            };
            OutgoingInvite call = test.Alice.Invite(NewInvite());
            await UntilAsync(() => incoming is not null || call.Result.IsCompleted, 40);
            if (incoming is null)
            {
                return;
            }

            await AdvanceAsync(1 + (seed % 3));
            Task<InviteDialog> accepting = incoming.AcceptAsync("v=0\r\no=bob\r\n"u8.ToArray(), Sdp);
            await UntilAsync(() => call.Result.IsCompleted && accepting.IsCompleted, 70);
            InviteOutcome outcome = await Within(call.Result);
            if (outcome is not InviteOutcome.Accepted accepted || !accepting.IsCompletedSuccessfully)
            {
                _ = accepting.Exception;
                await EndAsync((outcome as InviteOutcome.Accepted)?.Dialog, incoming.Dialog);
                return;
            }

            IsEstablished = true;
            InviteDialog alice = accepted.Dialog;
            InviteDialog bob = await accepting;
            alice.OnRequest = request => Answer("alice", request);
            bob.OnRequest = request => Answer("bob", request);
            Task<SipResponse>[] offers =
            [
                alice.OfferAsync(SipMethod.Invite, Encoding.ASCII.GetBytes($"offer of alice {seed}"), Sdp),
                bob.OfferAsync(seed % 2 == 0 ? SipMethod.Invite : SipMethod.Update, Encoding.ASCII.GetBytes($"offer of bob {seed}"), Sdp),
            ];
            await UntilAsync(() => offers.All(o => o.IsCompleted), 200);
            Offers = Count(offers);
            for (int i = 0; i < 2; i++)
            {
                Task<SipResponse>[] asked = [alice.SendAsync(SipMethod.Info), bob.SendAsync(SipMethod.Info)];
                await UntilAsync(() => asked.All(a => a.IsCompleted), 40);
                Requests += Count(asked);
            }

            await EndAsync(alice, bob);
        }

        public async Task CancelAsync(double after)
        {
            IncomingInvite? incoming = null;
            test.BobHandler.InviteReceived = invite =>
            {
                Hear("call " + invite.Request.Headers.CallId);
                incoming = invite;
                invite.Ring();
            };
            OutgoingInvite call = test.Alice.Invite(NewInvite());
            await AdvanceAsync(after);
            Task<InviteDialog>? accepting = seed % 2 == 0 ? incoming?.AcceptAsync("v=0\r\no=bob\r\n"u8.ToArray(), Sdp) : null;
            call.Cancel();
            await UntilAsync(() => call.Result.IsCompleted, 70);
            InviteOutcome outcome = await Within(call.Result);
            if (outcome is InviteOutcome.Accepted accepted)
            {
                // The 2xx was here before the wish to cancel.
                await EndAsync(accepted.Dialog, incoming?.Dialog);
            }

            // Nobody who accepted is left in a session that the caller does not know of.
            await UntilAsync(() => incoming?.Dialog?.Ended.IsCompleted ?? true, 140);
            _ = accepting?.Exception;
        }

        public async Task AdvanceAsync(double seconds)
        {
            TimeSpan end = test.Clock.Elapsed + TimeSpan.FromSeconds(seconds);
            await test.SettleAsync();
            while (test.Clock.Elapsed < end)
            {
                test.Clock.Advance(TimeSpan.FromMilliseconds(100));
                await test.SettleAsync();
            }
        }

        private async Task EndAsync(InviteDialog? alice, InviteDialog? bob)
        {
            if (seed % 3 != 0)
            {
                _ = alice?.ByeAsync();
            }

            if (seed % 3 != 1)
            {
                _ = bob?.ByeAsync();
            }

            // One BYE that is lost eleven times leaves the other side with what it has: it ends its own session then.
            await UntilAsync(() => (alice?.Ended.IsCompleted ?? true) && (bob?.Ended.IsCompleted ?? true), 40, isRequired: false);
            _ = alice?.ByeAsync();
            _ = bob?.ByeAsync();
            await UntilAsync(() => (alice?.Ended.IsCompleted ?? true) && (bob?.Ended.IsCompleted ?? true), 70);
        }

        private async Task UntilAsync(Func<bool> done, double mostSeconds, bool isRequired = true)
        {
            TimeSpan end = test.Clock.Elapsed + TimeSpan.FromSeconds(mostSeconds);
            await test.SettleAsync();
            while (!done() && test.Clock.Elapsed < end)
            {
                test.Clock.Advance(TimeSpan.FromMilliseconds(100));
                await test.SettleAsync();
            }

            if (isRequired && !done())
            {
                Failures.Add($"not done after {mostSeconds} s: {string.Join(" | ", test.Network.Log.TakeLast(20))}");
            }
        }

        private void Answer(string side, IncomingRequest request)
        {
            Hear($"{side} {request.Request.Headers.CallId} {request.Request.Headers.CSeq}");
            SipResponse response = request.CreateResponse(200);
            if (!request.Request.Body.IsEmpty)
            {
                response.Headers.Add("Content-Type", "application/sdp");
                response.Body = Encoding.ASCII.GetBytes("answer of " + side);
            }

            request.Respond(response);
        }

        private void Hear(string what)
        {
            lock (_heard)
            {
                if (!_heard.Add(what))
                {
                    Failures.Add("heard twice: " + what);
                }
            }
        }

        private static int Count(Task<SipResponse>[] tasks)
        {
            foreach (Task<SipResponse> task in tasks)
            {
                _ = task.Exception;
            }

            return tasks.Count(t => t is { IsCompletedSuccessfully: true, Result.IsSuccess: true });
        }
    }
}
