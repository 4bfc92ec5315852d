using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Transport;
using ImageShare.Core.Sip.UserAgents.Settings;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImageShare.Core.Sip.UserAgents.Loop;

/// <summary>
/// What every part of an agent builds on: its loop, its transport, its options and its memory of finished transactions. Knows none of the layers
/// above it. <see cref="TryAdd"/>, <see cref="Remove"/> and <see cref="CloseParts"/> are for the loop only, all else may be used from any thread.
/// </summary>
internal sealed class AgentContext
{
    private readonly HashSet<IAgentPart> _parts = [];

    public AgentContext(ISipTransport transport, SipUserAgentOptions options)
    {
        Transport = transport;
        Options = options;
        Logger = options.LoggerFactory?.CreateLogger("ImageShare.Core.Sip") ?? NullLogger.Instance;
        Loop = new AgentLoop(options.TimeProvider, Logger);
        Memory = new AgentMemory(Loop, options.TimeProvider);
        Capabilities = new AgentCapabilities(options);
        Defaults = new RequestDefaults(options);
        Product = new ProductName(options.UserAgent);
    }

    public AgentLoop Loop { get; }

    public ISipTransport Transport { get; }

    public SipUserAgentOptions Options { get; }

    public ILogger Logger { get; }

    /// <summary>What is kept of finished transactions and calls for retransmissions.</summary>
    public AgentMemory Memory { get; }

    /// <summary>The methods and extensions of this agent.</summary>
    public AgentCapabilities Capabilities { get; }

    /// <summary>The sender and the route of requests outside a dialog.</summary>
    public RequestDefaults Defaults { get; }

    /// <summary>Whether the parts are told that the agent closes. Read on the loop.</summary>
    public bool IsClosing { get; private set; }

    /// <summary>Told on the loop of each connection that is lost, by its handle.</summary>
    public Action<object>? ConnectionLost { get; set; }

    /// <summary>The agent's name in User-Agent and Server.</summary>
    public ProductName Product { get; }

    /// <summary>Does something on the loop; false when the agent is closed.</summary>
    /// <param name="work">What to do.</param>
    /// <param name="inPlace">See <see cref="AgentLoop.Post"/>.</param>
    public bool TryPost(Action work, bool inPlace = false) => Loop.Post(work, inPlace);

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

    /// <summary>Tells all parts that the agent closes.</summary>
    public void CloseParts()
    {
        IsClosing = true;
        foreach (IAgentPart part in _parts.ToArray())
        {
            part.Close(Closed());
        }

        _parts.Clear();
    }

    /// <summary>Waits for a result. When the wait is cancelled, a later failure of the result is observed here, because nobody awaits it any more.</summary>
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
        SipSentBy contact = Transport.GetContact(destination);
        isSecure &= destination.Protocol == SipProtocol.Tls;
        var uri = new SipUri(isSecure ? "sips" : "sip", Options.Identity.Uri.User, contact.Host, contact.Port);
        if (!isSecure && destination.Protocol != SipProtocol.Udp)
        {
            uri = uri with { Parameters = uri.Parameters.With("transport", destination.Protocol == SipProtocol.Tls ? "tls" : "tcp") };
        }

        // RFC 5626 §4.3: requests of the dialog then come on the connection that was registered.
        return Defaults.UsesOutbound && destination.Protocol != SipProtocol.Udp ? uri with { Parameters = uri.Parameters.With("ob") } : uri;
    }

    /// <summary>
    /// Our address for a response to that request, which goes to that destination. A sips URI when the Request-URI is one, or the top Record-Route, or, without Record-Route, the
    /// Contact (RFC 3261 §12.1.1).
    /// </summary>
    public SipUri GetContactUri(SipRequest request, SipDestination destination)
    {
        bool isSecure = request.RequestUri.IsSecure
            || (request.Headers.RecordRoutes is { Count: > 0 } routes ? routes : request.Headers.Contacts) is [{ Uri.IsSecure: true }, ..];
        return GetContactUri(destination, isSecure);
    }
}
