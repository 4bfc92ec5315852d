using System.Globalization;
using ImageShare.Core.Sip.Authentication;
using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Transactions;
using ImageShare.Core.Sip.Transport;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImageShare.Core.Sip.UserAgents;

/// <summary>Something of an agent that somebody waits for, and that has to be told when the agent closes.</summary>
internal interface IAgentPart
{
    void Close(ImageShareException reason);
}

/// <summary>Takes what comes inside a dialog.</summary>
internal interface IDialogUser
{
    void OnRequest(ServerTransaction transaction);

    /// <summary>An ACK for a 2xx.</summary>
    void OnAck(SipRequest ack);
}

/// <summary>What all parts of an agent share: its loop, its transport and its tables. The tables are touched on the loop only.</summary>
internal sealed class AgentCore
{
    private readonly HashSet<IAgentPart> _parts = [];

    public AgentCore(ISipTransport transport, SipUserAgentOptions options, ISipRequestHandler handler)
    {
        Transport = transport;
        Options = options;
        Handler = handler;
        Logger = options.LoggerFactory?.CreateLogger("ImageShare.Core.Sip") ?? NullLogger.Instance;
        Loop = new AgentLoop(options.TimeProvider, Logger) { Closing = CloseAll };
        Load = new ServerLoad(options.MaxServerTransactions, options.MaxServerTransactionsPerSource);
        Memory = new AgentMemory(Loop, options.TimeProvider);
        Keyring = new DigestKeyring(options.Credentials, options.Identity.Uri.Host);
        bool isReliable = options.Reliability != SipReliability.None;
        bool hasTimers = options.ShortestSessionInterval is not null;
        SipMethod[] methods = [.. isReliable ? [SipMethod.Prack] : Array.Empty<SipMethod>(), .. hasTimers ? [SipMethod.Update] : Array.Empty<SipMethod>()];
        AllowedMethods = [.. options.AllowedMethods.Union(methods)];
        Supported = Union(options.Supported, isReliable ? SipExtensions.Reliability : null);
        Understood = Union(Supported, hasTimers ? SipExtensions.SessionTimer : null);
    }

    /// <summary>What the requests of peers cost.</summary>
    public ServerLoad Load { get; }

    /// <summary>What is left of what is done.</summary>
    public AgentMemory Memory { get; }

    public AgentLoop Loop { get; }

    public ISipTransport Transport { get; }

    public SipUserAgentOptions Options { get; }

    public ISipRequestHandler Handler { get; }

    public ILogger Logger { get; }

    public DigestKeyring Keyring { get; }

    /// <summary>The To tags of what is answered without state.</summary>
    public StatelessTags StatelessTags { get; } = new();

    /// <summary>What we take: the application's methods, PRACK where provisional responses may be reliable, UPDATE where sessions may have timers.</summary>
    public IReadOnlyList<SipMethod> AllowedMethods { get; }

    /// <summary>The extensions of the application, and 100rel where provisional responses may be reliable.</summary>
    public IReadOnlyList<string> Supported { get; }

    /// <summary>These, and those that are acted upon when a peer names them, but never asked for.</summary>
    public IReadOnlyList<string> Understood { get; }

    public Dictionary<TransactionKey, ClientTransaction> Clients { get; } = [];

    /// <summary>Refused INVITEs of ours whose refusals may come again.</summary>
    public Dictionary<TransactionKey, AcknowledgedRefusal> Refusals { get; } = [];

    public Dictionary<TransactionKey, ServerTransaction> Servers { get; } = [];

    /// <summary>Requests of peers that are answered, and whose copies may still come.</summary>
    public Dictionary<TransactionKey, AnsweredRequest> Answered { get; } = [];

    /// <summary>The requests a second copy by another way would be merged with, in the works or answered.</summary>
    public Dictionary<MergeKey, object> Merges { get; } = [];

    public Dictionary<DialogId, IDialogUser> Dialogs { get; } = [];

    /// <summary>Outgoing INVITEs by their branch, longer than their transactions: a late 2xx must not be left unanswered.</summary>
    public Dictionary<string, IInviteAnswers> Invites { get; } = [];

    /// <summary>Does something on the loop; false when the agent is closed.</summary>
    public bool TryPost(Action work) => Loop.Post(work);

    /// <summary>Has a part told when the agent closes; at once when it is closed already.</summary>
    public bool TryAdd(IAgentPart part)
    {
        if (Loop.IsClosed)
        {
            part.Close(Closed());
            return false;
        }

        return _parts.Add(part);
    }

    public void Remove(IAgentPart part) => _parts.Remove(part);

    private void CloseAll()
    {
        foreach (IAgentPart part in _parts.ToArray())
        {
            part.Close(Closed());
        }

        _parts.Clear();
        Clients.Clear();
        Refusals.Clear();
        Servers.Clear();
        Answered.Clear();
        Memory.Clear();
        Merges.Clear();
        Dialogs.Clear();
        Invites.Clear();
    }

    /// <summary>Waits for a result that may still fail when nobody waits any more: that failure is then nobody's.</summary>
    public static Task<T> WaitAsync<T>(Task<T> result, CancellationToken cancellationToken)
    {
        if (cancellationToken.CanBeCanceled)
        {
            _ = result.ContinueWith(
                static task => task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }

        return result.WaitAsync(cancellationToken);
    }

    public static ImageShareException Closed() =>
        new(ImageShareError.InvalidState, "The SIP agent is closed; start a new one to send and receive again.");

    /// <summary>Our address as peers reach us for that destination; as a sips URI when <paramref name="isSecure"/>.</summary>
    public SipUri GetContactUri(SipDestination destination, bool isSecure = false)
    {
        SipSentBy sentBy = Transport.GetSentBy(destination);
        isSecure &= destination.Protocol == SipProtocol.Tls;
        var uri = new SipUri(isSecure ? "sips" : "sip", Options.Identity.Uri.User, sentBy.Host, sentBy.Port);
        return isSecure || destination.Protocol == SipProtocol.Udp
            ? uri
            : uri with { Parameters = uri.Parameters.With("transport", destination.Protocol == SipProtocol.Tls ? "tls" : "tcp") };
    }

    /// <summary>
    /// Our address for a response to that request: a sips URI when the request came by one, in its Request-URI, its top Record-Route, or,
    /// without that, its Contact (RFC 3261 §12.1.1).
    /// </summary>
    public SipUri GetContactUri(SipRequest request, SipResponse response, SipSource source)
    {
        bool isSecure = request.RequestUri.IsSecure
            || (request.Headers.RecordRoutes is { Count: > 0 } routes ? routes : request.Headers.Contacts) is [{ Uri.IsSecure: true }, ..];
        return GetContactUri(Transport.GetResponseDestination(response, source), isSecure);
    }

    /// <summary>A response that leaves no trace: to OPTIONS, and to what is refused before there is a transaction.</summary>
    public void SendStateless(SipResponse response, SipMethod method, SipSource source)
    {
        if (Options.UserAgent is { } name && !response.Headers.Contains(SipHeaderNames.Server))
        {
            response.Headers.Add(SipHeaderNames.Server, name);
        }

        response.CompactNames |= Options.CompactNames;
        Loop.Run(
            async cancellation =>
            {
                await Transport.SendAsync(response, Transport.GetResponseDestination(response, source), cancellation).ConfigureAwait(false);
                return true;
            },
            static _ => { },
            error =>
            {
                AgentLog.ResponseNotSent(Logger, method, error.Error);
                AgentLog.ResponseNotSentSensitive(Logger, method, error);
            });
    }

    public void AddAllow(SipResponse response) => AddAllow(response.Headers);

    /// <summary>Says what we take, where nothing was said yet.</summary>
    public void AddCapabilities(SipHeaders headers)
    {
        if (!headers.Contains(SipHeaderNames.Allow))
        {
            AddAllow(headers);
        }

        if (Supported.Count > 0 && !headers.Contains(SipHeaderNames.Supported))
        {
            headers.Add(SipHeaderNames.Supported, string.Join(", ", Supported));
        }
    }

    private static string[] Union(IReadOnlyList<string> extensions, string? another) =>
        [.. extensions.Union(another is null ? [] : [another], StringComparer.OrdinalIgnoreCase)];

    private void AddAllow(SipHeaders headers) => headers.Set(SipHeaderNames.Allow, string.Join(", ", AllowedMethods));

    /// <summary>
    /// Refuses an INVITE or UPDATE whose session timer is too short (RFC 4028 §9); false when there is nothing to refuse.
    /// </summary>
    public bool RefusesTimer(ServerTransaction transaction)
    {
        if (Options.ShortestSessionInterval is not { } least || !SessionTimer.IsTooShort(transaction.Request, least))
        {
            return false;
        }

        transaction.Respond(422, edit: response => response.Headers.Set(
            SipHeaderNames.MinSessionExpires, ((int)Math.Ceiling(least.TotalSeconds)).ToString(CultureInfo.InvariantCulture)));
        return true;
    }

    public static void AddRetryAfter(SipResponse response, int seconds) =>
        response.Headers.Set(SipHeaderNames.RetryAfter, seconds.ToString(CultureInfo.InvariantCulture));
}
