using System.Net;
using ImageShare.Core.Sip.UserAgents.Loop;

namespace ImageShare.Core.Sip.UserAgents.Transactions;

/// <summary>
/// Counts the server transactions in progress, per source and in total: those that wait for the application, those whose 2xx is retransmitted, and those
/// whose refusal is not acknowledged. Finished ones are not counted: see <see cref="AgentMemory"/>. On the loop only.
/// </summary>
internal sealed class ServerLoad(int most, int mostPerSource)
{
    private readonly Dictionary<IPAddress, int> _bySource = [];

    /// <summary>How many are in progress.</summary>
    public int InWorks { get; private set; }

    /// <summary>Whether there is room for one more of that address.</summary>
    public bool HasRoomFor(IPAddress address) => InWorks < most && _bySource.GetValueOrDefault(SourceNetwork.Of(address)) < mostPerSource;

    public void Begin(IPAddress address)
    {
        InWorks++;
        IPAddress source = SourceNetwork.Of(address);
        _bySource[source] = _bySource.GetValueOrDefault(source) + 1;
    }

    public void EndWork(IPAddress address)
    {
        InWorks--;
        IPAddress source = SourceNetwork.Of(address);
        int left = _bySource[source] - 1;
        if (left == 0)
        {
            _bySource.Remove(source);
        }
        else
        {
            _bySource[source] = left;
        }
    }
}
