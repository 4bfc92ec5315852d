using ImageShare.Core.Sip.Authentication;
using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Transactions;
using ImageShare.Core.Text;
using Microsoft.Extensions.Logging;

namespace ImageShare.Core.Sip.UserAgents.Settings;

/// <summary>How a <see cref="SipUserAgent"/> is set up. Immutable; every member but the identity has a default.</summary>
/// <exception cref="ArgumentOutOfRangeException">A count is less than 1, or a time is not more than zero or more than seven days.</exception>
public sealed record SipUserAgentOptions
{
    private readonly int? _maxPerSource;

    /// <summary>Who we are: From of the requests we begin, and the user part of our Contact. Its parameters are not used.</summary>
    public required NameAddress Identity { get; init; }

    /// <summary>
    /// The way out for requests outside a dialog that bring no Route of their own: the outbound proxy (RFC 3261 §8.1.2). Give each an <c>lr</c> parameter.
    /// Default: none, straight to the Request-URI.
    /// </summary>
    public IReadOnlyList<SipUri> Route { get; init; } = [];

    /// <summary>
    /// The service route of a registration that the application made by other means (RFC 3608): it follows <see cref="Route"/> in requests other than REGISTER.
    /// A registration of the agent replaces it. Default: none.
    /// </summary>
    public IReadOnlyList<SipUri> ServiceRoute { get; init; } = [];

    /// <summary>The base times of retransmission. Default: those of RFC 3261.</summary>
    public SipTimers Timers { get; init; } = SipTimers.Default;

    /// <summary>The clock. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>What we call ourselves in User-Agent and Server; null for neither.</summary>
    public string? UserAgent { get; init; }

    /// <summary>
    /// The methods in Allow. What is not among them gets 405, or 501 when it is no method this library knows (RFC 3261 §8.2.1).
    /// Default: INVITE, ACK, BYE, CANCEL, OPTIONS; whoever takes calls keeps these.
    /// </summary>
    public IReadOnlyList<SipMethod> AllowedMethods { get; init; } =
        [SipMethod.Invite, SipMethod.Ack, SipMethod.Bye, SipMethod.Cancel, SipMethod.Options];

    /// <summary>The extensions in Supported. A Require for any other gets 420 (RFC 3261 §8.2.2.3). Default: none.</summary>
    public IReadOnlyList<string> Supported { get; init; } = [];

    /// <summary>
    /// How reliable provisional responses are used (RFC 3262). Unless it is <see cref="SipReliability.None"/>, 100rel stands in
    /// Supported and PRACK in Allow without being named there. Default: used as caller, and as callee where the caller requires it.
    /// </summary>
    public SipReliability Reliability { get; init; } = SipReliability.WhenRequired;

    /// <summary>
    /// The shortest session interval that is agreed to, at least 90 s (RFC 4028 §5); what asks for less gets 422. Null leaves session
    /// timers alone. Unless it is null, UPDATE stands in Allow without being named there; a session whose peer was to refresh it and
    /// does not is ended with BYE, and one that is for us to refresh is refreshed with UPDATE. We never ask for a timer. Default: 90 s.
    /// </summary>
    public TimeSpan? ShortestSessionInterval
    {
        get;
        init => field = value is { } interval ? OptionRange.TimeAtLeast(SessionTimer.Shortest, interval) : null;
    }
    = SessionTimer.Shortest;

    /// <summary>For digest challenges (401, 407); null to answer none. Basic is never answered.</summary>
    public SipCredentials? Credentials { get; init; }

    /// <summary>Whether messages leave with compact header names (<see cref="SipMessage.UseCompactForm"/>). Default: false.</summary>
    public bool UseCompactForm { get; init; }

    /// <summary>
    /// Whether a request that is too large for UDP is sent over UDP when the peer does not listen on TCP (RFC 3261 §18.1.1).
    /// Default: true.
    /// </summary>
    public bool FallBackToUdp { get; init; } = true;

    /// <summary>
    /// Whether an OPTIONS with a To tag of no dialog is handed to the application instead of being refused with 481: some
    /// clients query capabilities that way. Default: false, as RFC 3261 §12.2.2 asks.
    /// </summary>
    public bool AnswerStrayOptions { get; init; }

    /// <summary>
    /// Whether an OPTIONS outside a dialog is handed to the application without a transaction (RFC 3261 §8.2.7): nothing is remembered of
    /// it, however many come, and each retransmission is handed over and answered anew. For applications that answer at once. Default: false.
    /// </summary>
    public bool AnswerOptionsWithoutState { get; init; }

    /// <summary>
    /// How many server transactions may be in progress at the same time, at least 1; a request above that gets a stateless 503. An INVITE counts until
    /// its ACK, which is waited for 32 s (64·T1); anything else until it is answered. Requests in known dialogs and CANCEL are always taken.
    /// Default: 2048. Finished transactions are not counted: what retransmissions need of them is kept for 32 s, and above 32 MiB the oldest is dropped.
    /// </summary>
    public int MaxServerTransactions { get; init => field = OptionRange.AtLeast(1, value); } = 2048;

    /// <summary>
    /// How many of them may be of one source, at least 1: an IPv4 address, or the /64 network of an IPv6 one. Default: three quarters of <see cref="MaxServerTransactions"/>, so
    /// that one source leaves room for others.
    /// </summary>
    public int MaxServerTransactionsPerSource
    {
        get => _maxPerSource ?? Math.Max(1, MaxServerTransactions - (MaxServerTransactions / 4));
        init => _maxPerSource = OptionRange.AtLeast(1, value);
    }

    /// <summary>
    /// How long a call may wait for the application's answer before it gets 487; an Expires of the caller may make it shorter.
    /// Default: 5 minutes. It bounds calls whose caller is gone without CANCEL.
    /// </summary>
    public TimeSpan InviteTimeLimit { get; init => field = OptionRange.Time(value); } = TimeSpan.FromMinutes(5);

    /// <summary>How many received messages may be queued, at least 1; one above that is dropped as if lost in the network. Default: 4096.</summary>
    public int MaxQueuedMessages { get; init => field = OptionRange.AtLeast(1, value); } = 4096;

    /// <summary>Where to log; null for nowhere. Credentials never appear.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }
}
