using ImageShare.Core.Msrp.Transfers;
using Microsoft.Extensions.Logging;

namespace ImageShare.Core.Msrp.Connections;

/// <summary>What all connections of an endpoint share. Any thread may call any member.</summary>
/// <param name="settings">Limits, times and listeners.</param>
/// <param name="logger">Where to log.</param>
internal sealed class ConnectionContext(ConnectionSettings settings, ILogger logger)
{
    public ConnectionSettings Settings => settings;

    public ILogger Logger => logger;

    /// <summary>The sessions of the endpoint.</summary>
    public SessionTable Sessions { get; } = new(settings.MatchBySessionId);

    /// <summary>The connections of the endpoint.</summary>
    public ConnectionTable Connections { get; } = new(settings.Limits);

    /// <summary>What its outgoing transfers may use.</summary>
    public TransferBudget Transfers { get; } = new();
}
