using System.Collections.Immutable;
using System.Text;
using ImageShare.Core.Sip.Authentication;
using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.UserAgents;

/// <summary>Makes a request that the application began complete (RFC 3261 §8.1.1), all but what depends on its destination.</summary>
internal static class RequestFiller
{
    private static readonly string[] Mandatory =
    [
        SipHeaderNames.Via, SipHeaderNames.Route, SipHeaderNames.MaxForwards, SipHeaderNames.From, SipHeaderNames.To, SipHeaderNames.CallId,
        SipHeaderNames.CSeq,
    ];

    /// <summary>A complete copy of a request outside a dialog, and its first hop. What the application wrote stays as it is.</summary>
    public static RoutedRequest Fill(SipRequest request, SipUserAgentOptions options)
    {
        var filled = new SipRequest(request.Method, request.RequestUri) { Body = request.Body };
        SipHeaders from = request.Headers;
        RoutedRequest routed;
        if (from.Contains(SipHeaderNames.Route))
        {
            filled.Headers.AddAll(SipHeaderNames.Route, from);
            routed = RouteSet.AsWritten(filled);
        }
        else
        {
            ImmutableArray<NameAddress> routes = [.. options.Route.Select(static uri => new NameAddress(uri))];
            routed = RouteSet.Apply(filled, routes, request.RequestUri);
        }

        NameAddress sender = from.From ?? options.Identity with { Parameters = default };
        SipHeaders to = filled.Headers;
        to.Add(SipHeaderNames.MaxForwards, from.GetString(SipHeaderNames.MaxForwards) ?? "70");
        to.Add(SipHeaderNames.From, sender.Tag is null ? sender.WithTag(SipResponse.CreateTag()) : sender);
        to.Add(SipHeaderNames.To, from.To ?? new NameAddress(request.RequestUri));
        to.Add(SipHeaderNames.CallId, from.CallId ?? RandomToken.Create());
        to.Add(SipHeaderNames.CSeq, new CSeq(from.CSeq?.Number ?? 1, request.Method));
        for (int i = 0; i < from.Count; i++)
        {
            if (!Mandatory.Contains(from[i].Name, StringComparer.OrdinalIgnoreCase))
            {
                to.Add(from[i].Name, from[i].RawValue);
            }
        }

        AddUserAgent(filled, options);
        return routed;
    }

    public static void AddUserAgent(SipRequest request, SipUserAgentOptions options)
    {
        if (options.UserAgent is { } name && !request.Headers.Contains(SipHeaderNames.UserAgent))
        {
            request.Headers.Add(SipHeaderNames.UserAgent, name);
        }
    }

    /// <summary>Shows the credentials that server and proxy asked for before (RFC 3261 §22.3). Each call uses up one count of the nonces.</summary>
    public static void Authorize(RoutedRequest routed, DigestKeyring keyring)
    {
        foreach (DigestSpace space in Spaces(routed))
        {
            if (keyring.Authorize(space, routed.Request) is { } value)
            {
                routed.Request.Headers.Set(space.AnswerHeader, Encoding.UTF8.GetBytes(value));
            }
        }
    }

    /// <summary>Takes up the challenges of a 401 or 407: at once, or as soon as the SIM has spoken.</summary>
    /// <param name="core">The agent.</param>
    /// <param name="routed">The request that was answered.</param>
    /// <param name="response">Its final response, challenge or not.</param>
    /// <param name="attempts">How often the request was sent with credentials.</param>
    /// <param name="done">Called on the loop with the new count when the request is worth sending again, else with null.</param>
    public static void Learn(AgentCore core, RoutedRequest routed, SipResponse response, DigestAttempts attempts, Action<DigestAttempts?> done)
    {
        bool isProxy = response.StatusCode == 407;
        DigestSpace space = Spaces(routed).First(s => s.IsProxy == isProxy);
        if (response.StatusCode is not (401 or 407))
        {
            done(null);
            return;
        }

        IReadOnlyList<string> rows = response.Headers.GetStrings(space.ChallengeHeader);
        if (core.Keyring.Choose(rows) is not { } challenge || !attempts.TryAdd(isProxy, challenge.IsStale, out DigestAttempts next))
        {
            response.ChallengeOutcome = UnansweredChallenge.Of(rows, core.Keyring, (isProxy ? attempts.Proxy : attempts.Server) > 0);
            response.CredentialsRealm = core.Keyring.Realm;
            done(null);
        }
        else if (core.Keyring.TryLearn(space, challenge))
        {
            done(next);
        }
        else if (core.Keyring.Sim is { } sim && AkaChallenge.TryRead(challenge, out AkaChallenge? aka))
        {
            AskSim(core, cancellation => sim(aka, cancellation), answer => done(core.Keyring.TryLearn(space, challenge, answer)
                ? next with { HasResynchronized = next.HasResynchronized || !answer.Resynchronization.IsEmpty }
                : null));
        }
        else
        {
            done(null);
        }
    }

    private static void AskSim(AgentCore core, Func<CancellationToken, ValueTask<AkaAnswer>> ask, Action<AkaAnswer> done) => core.Loop.Run(
        async cancellation =>
        {
            using var patience = new CancellationTokenSource(core.Options.Timers.Timeout, core.Options.TimeProvider);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation, patience.Token);
            try
            {
                // Off the loop: a card takes its time, and so may the code in front of it.
                Task<AkaAnswer> asking = Task.Run(() => ask(both.Token).AsTask(), CancellationToken.None);
                return await asking.WaitAsync(both.Token).ConfigureAwait(false) ?? AkaAnswer.Refuse;
            }
            catch (Exception error)
            {
                // The application's code: what it throws is a refusal, and logged as that.
                throw new ImageShareException(ImageShareError.AuthenticationFailed, "The SIM did not answer a challenge; look at the card.", error);
            }
        },
        done,
        error =>
        {
            AgentLog.SimFailed(core.Logger, error.Error);
            AgentLog.SimFailedSensitive(core.Logger, error);
            done(AkaAnswer.Refuse);
        });

    private static DigestSpace[] Spaces(RoutedRequest routed) =>
        [new(IsProxy: false, routed.Request.RequestUri.Host), new(IsProxy: true, routed.NextHop.Host)];
}
