using System.Net;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Transport;
using ImageShare.Core.Sip.UserAgents.Loop;

namespace ImageShare.Core.Sip.UserAgents.Transactions;

/// <summary>
/// A request that failed goes to the next target of the same name (RFC 3263 §4.3): when it may, and the search for that target. On the loop only; what is static is pure.
/// </summary>
/// <param name="layer">The layer of the transaction.</param>
/// <param name="user">The user of the transaction.</param>
/// <param name="tried">The targets at which the request failed.</param>
/// <param name="error">The error of sending to the last of them; null when it did not answer, or said 503.</param>
internal sealed class TargetFailover(TransactionLayer layer, IClientTransactionUser user, IReadOnlyList<SipDestination> tried, ImageShareException? error) : IAddressedUser
{
    private ClientTransaction? _next;
    private Action? _otherwise;

    /// <summary>Looks for the next target, and sends the request there.</summary>
    /// <param name="addressing">Finds it.</param>
    /// <param name="otherwise">What is done when there is none.</param>
    public void Begin(RequestAddressing addressing, Action otherwise)
    {
        _next = new ClientTransaction(layer, addressing, user, tried);
        _otherwise = otherwise;
        addressing.Begin(this);
    }

    void IAddressedUser.StartAt(SipDestination destination)
    {
        // The user may have changed its mind during the search.
        if (!IsNext(destination, tried, error) || !user.LeavesTarget())
        {
            _otherwise!();
            return;
        }

        AgentLog.MovesToNextTarget(layer.Agent.Logger, _next!.Request.Method, _next.Request.Headers.CallId);
        user.OnMoved(_next);
        _next.StartAt(destination);
    }

    void IAddressedUser.OnNotAddressed(ImageShareException error) => _otherwise!();

    /// <summary>
    /// Whether the next hop may have other targets: a name may, an address has none. Inside a dialog the request stays with the target of its INVITE; there the
    /// transport already prefers the target that answered.
    /// </summary>
    public static bool MayHaveOthers(SipUri nextHop) => !IPAddress.TryParse(SipRouting.TargetOf(nextHop), out _);

    /// <summary>
    /// Whether the request can go elsewhere without being carried out twice. After 503 it can: the target says that it does nothing (RFC 3261 §21.5.4). An INVITE
    /// without any response can, when its time is over (RFC 3263 §4.3): whoever has it would have said so within 200 ms (RFC 3261 §17.2.1). Any other request can only
    /// if it was never sent: a target may take all the time there is to answer, so that silence says nothing, and what follows would come too late (RFC 4321 §1.2).
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="wasSent">Whether the transport took it.</param>
    /// <param name="status">The status of the last response, 0 if none came.</param>
    public static bool IsSafe(SipRequest request, bool wasSent, int status) =>
        request.Headers.To?.Tag is null && (status == 503 || (status == 0 && (!wasSent || request.Method == SipMethod.Invite)));

    /// <summary>For how long a target is avoided: as long as it asks for with its 503 (RFC 3261 §21.5.4), or a minute.</summary>
    public static TimeSpan OutageTime(SipResponse? refusal) =>
        refusal is { StatusCode: 503, Headers.RetryAfter: > 0 and { } seconds } ? TimeSpan.FromSeconds(seconds) : NextHops.OutageTime;

    /// <summary>
    /// Whether a destination is one that was not tried yet, and may be tried after that error; null for a failure that is no error of sending. A server that could not be
    /// reached by one protocol may be by another; one that said 503, or has the request and does not answer, would only see it twice (RFC 3261 §8.2.2.2).
    /// </summary>
    public static bool IsNext(SipDestination destination, IReadOnlyList<SipDestination> tried, ImageShareException? error) =>
        (error is null || NextHops.GoesOn(error, destination))
        && !tried.Any(failed => failed.EndPoint.Equals(destination.EndPoint) && (error is null || failed.Protocol == destination.Protocol));
}
