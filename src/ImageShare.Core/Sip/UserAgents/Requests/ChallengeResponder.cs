using System.Text;
using ImageShare.Core.Sip.Authentication;
using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.UserAgents.Loop;

namespace ImageShare.Core.Sip.UserAgents.Requests;

/// <summary>Answers the digest challenges of servers and proxies (RFC 3261 §22). On the loop only.</summary>
internal sealed class ChallengeResponder(AgentContext agent, DigestKeyring keyring)
{
    /// <summary>Whether any challenge can be answered. Without credentials no request is sent twice, so none needs a copy.</summary>
    public bool CanAnswer => keyring.HasCredentials;

    /// <summary>
    /// Adds the credentials that server and proxy asked for before (RFC 3261 §22.3). Each call uses up one count of the nonces.
    /// </summary>
    public void Authorize(RoutedRequest routed)
    {
        if (CanAnswer)
        {
            Authorize(routed, SpaceOf(routed, isProxy: false));
            Authorize(routed, SpaceOf(routed, isProxy: true));
        }
    }

    /// <summary>Whether there may be something to learn.</summary>
    public static bool IsChallenge(SipResponse response) => response.StatusCode is 401 or 407;

    /// <summary>Learns from the challenges of a 401 or 407: at once, or when the SIM has answered.</summary>
    /// <param name="routed">The request that was answered.</param>
    /// <param name="response">Its final response, challenge or not.</param>
    /// <param name="attempts">How often the request was sent with credentials.</param>
    /// <param name="done">Called on the loop: with the new count when the request is worth sending again, else with null.</param>
    public void Learn(RoutedRequest routed, SipResponse response, DigestAttempts attempts, Action<DigestAttempts?> done)
    {
        if (!IsChallenge(response))
        {
            done(null);
            return;
        }

        bool isProxy = response.StatusCode == 407;
        DigestSpace space = SpaceOf(routed, isProxy);
        IReadOnlyList<string> rows = response.Headers.GetStrings(space.ChallengeHeader);
        if (keyring.Choose(rows) is not { } challenge || !attempts.TryAdd(isProxy, challenge.IsStale, out DigestAttempts next))
        {
            response.ChallengeOutcome = UnansweredChallenge.Of(rows, keyring, (isProxy ? attempts.Proxy : attempts.Server) > 0);
            response.CredentialsRealm = keyring.Realm;
            done(null);
        }
        else if (keyring.TryLearn(space, challenge))
        {
            done(next);
        }
        else if (keyring.Sim is { } sim && AkaChallenge.TryRead(challenge, out AkaChallenge? aka))
        {
            AskSim(routed.Request, cancellation => sim(aka, cancellation), answer => done(keyring.TryLearn(space, challenge, answer)
                ? next with { HasResynchronized = next.HasResynchronized || !answer.Resynchronization.IsEmpty }
                : null));
        }
        else
        {
            done(null);
        }
    }

    private void AskSim(SipRequest request, Func<CancellationToken, ValueTask<AkaAnswer>> ask, Action<AkaAnswer> done) => agent.Loop.Run(
        async cancellation =>
        {
            using var timeout = new CancellationTokenSource(agent.Options.Timers.Timeout, agent.Options.TimeProvider);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timeout.Token);
            try
            {
                // Not on the loop: the card, and the application's code in front of it, may block.
                Task<AkaAnswer> asking = Task.Run(() => ask(both.Token).AsTask(), CancellationToken.None);
                return await asking.WaitAsync(both.Token).ConfigureAwait(false) ?? AkaAnswer.Refuse;
            }
            catch (Exception error)
            {
                // The application's code: what it throws counts as a refusal and is logged as one.
                throw new ImageShareException(ImageShareError.AuthenticationFailed, "The SIM did not answer a challenge; look at the card.", error);
            }
        },
        done,
        error =>
        {
            AgentLog.SimFailed(agent.Logger, request.Method, request.Headers.CallId, error.Error);
            AgentLog.SimFailedSensitive(agent.Logger, request.Method, request.Headers.CallId, error);
            done(AkaAnswer.Refuse);
        });

    private void Authorize(RoutedRequest routed, DigestSpace space)
    {
        if (keyring.Authorize(space, routed.Request) is { } value)
        {
            routed.Request.Headers.Set(space.AnswerHeader, Encoding.UTF8.GetBytes(value));
        }
    }

    private static DigestSpace SpaceOf(RoutedRequest routed, bool isProxy) => new(isProxy, isProxy ? routed.NextHop.Host : routed.Request.RequestUri.Host);
}
