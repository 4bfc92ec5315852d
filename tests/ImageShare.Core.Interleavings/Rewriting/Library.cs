using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;

namespace ImageShare.Core.Interleavings.Rewriting;

/// <summary>
/// Rewrites the compiled library so that whatever it starts, and whatever goes on behind an await, is a step of an order: awaits come back to their context, and what
/// is started on the thread pool, in pipes or by cancellation goes through <see cref="Seams"/>.
/// </summary>
internal static class Library
{
    public static void Rewrite(string path)
    {
        using ModuleDefinition module = ModuleDefinition.ReadModule(new MemoryStream(File.ReadAllBytes(path)));
        using ModuleDefinition ours = ModuleDefinition.ReadModule(typeof(Seams).Assembly.Location);
        MethodDefinition[] seams = [.. ours.GetType(typeof(Seams).FullName).Methods.Where(static m => m.CustomAttributes.Any(static a => a.AttributeType.Name == nameof(InsteadOfAttribute)))];
        MethodReference apart = module.ImportReference(typeof(Seams).GetMethod(nameof(Seams.Apart)));
        int changed = 0;
        foreach (MethodDefinition method in module.GetTypes().SelectMany(static t => t.Methods).Where(static m => m.HasBody))
        {
            method.Body.SimplifyMacros();
            foreach (Instruction instruction in method.Body.Instructions.ToArray())
            {
                if (instruction.Operand is MethodReference called
                    && (ComeBack(instruction, called)
                        || Complete(instruction, called, method.Body, apart)
                        || GoThroughSeam(instruction, called, seams, module)))
                {
                    changed++;
                }
            }

            method.Body.OptimizeMacros();
        }

        module.Write(path);
        Console.WriteLine($"{changed} calls rewritten");
    }

    /// <summary>ConfigureAwait(false) becomes ConfigureAwait(true), and options get the flag that means the same.</summary>
    private static bool ComeBack(Instruction instruction, MethodReference called)
    {
        if (called.Name != "ConfigureAwait")
        {
            return false;
        }

        if (instruction.Previous is not { OpCode.Code: Code.Ldc_I4, Operand: int value })
        {
            throw new InvalidOperationException($"ConfigureAwait with something else than a constant, at {instruction}.");
        }

        instruction.Previous.Operand = value | (int)ConfigureAwaitOptions.ContinueOnCapturedContext;
        return true;
    }

    /// <summary>
    /// A completion source that lets its awaiters run elsewhere: WhenAny and its like would run on the thread pool. It calls them instead, and whoever awaits goes on in
    /// a step of its own because the completion happens in a context that nobody awaits in.
    /// </summary>
    private static bool Complete(Instruction instruction, MethodReference called, MethodBody body, MethodReference apart)
    {
        if (!called.DeclaringType.Name.StartsWith(nameof(TaskCompletionSource), StringComparison.Ordinal))
        {
            return false;
        }

        if (called.Name == ".ctor")
        {
            return instruction.Previous is { OpCode.Code: Code.Ldc_I4, Operand: (int)TaskCreationOptions.RunContinuationsAsynchronously } options && SetToZero(options);
        }

        if (!called.Name.Contains("Set", StringComparison.Ordinal))
        {
            return false;
        }

        // In front of the call, and where branches to it land.
        body.GetILProcessor().InsertAfter(instruction, Instruction.Create(instruction.OpCode, called));
        instruction.OpCode = OpCodes.Call;
        instruction.Operand = apart;
        return true;
    }

    private static bool SetToZero(Instruction constant)
    {
        constant.Operand = 0;
        return true;
    }

    /// <summary>A call that a method of <see cref="Seams"/> stands for: same name, same parameters behind the instance.</summary>
    private static bool GoThroughSeam(Instruction instruction, MethodReference called, MethodDefinition[] seams, ModuleDefinition module)
    {
        string name = called.Name == ".ctor" ? $"new {called.DeclaringType.Name}" : $"{called.DeclaringType.Name}.{called.Name}";
        if (instruction.OpCode.Code is not (Code.Call or Code.Callvirt or Code.Newobj) || seams.FirstOrDefault(s => Names(s).Name == name && Takes(s, called)) is not { } seam)
        {
            return seams.Any(s => Names(s).Name == name) && instruction.OpCode.Code is not Code.Ldtoken
                ? throw new InvalidOperationException($"No seam has the parameters of {called.FullName}.")
                : false;
        }

        MethodReference target = module.ImportReference(seam);
        TypeReference[] arguments = ArgumentsOf(called);
        if (arguments.Length > 0)
        {
            var generic = new GenericInstanceMethod(target);
            foreach (TypeReference argument in arguments)
            {
                generic.GenericArguments.Add(argument);
            }

            target = generic;
        }

        instruction.OpCode = OpCodes.Call;
        instruction.Operand = target;
        return true;
    }

    /// <summary>The type arguments of a call: those of its type, then its own.</summary>
    private static TypeReference[] ArgumentsOf(MethodReference called) =>
    [
        .. (called.DeclaringType as GenericInstanceType)?.GenericArguments ?? [],
        .. (called as GenericInstanceMethod)?.GenericArguments ?? [],
    ];

    private static InsteadOfAttribute Names(MethodDefinition seam) =>
        new((string)seam.CustomAttributes.First(static a => a.AttributeType.Name == nameof(InsteadOfAttribute)).ConstructorArguments[0].Value);

    private static bool Takes(MethodDefinition seam, MethodReference called)
    {
        int instance = called.HasThis && called.Name != ".ctor" ? 1 : 0;
        return seam.Parameters.Count == called.Parameters.Count + instance
            && seam.GenericParameters.Count == ArgumentsOf(called).Length
            && called.Parameters.Select(static p => p.ParameterType).Zip(seam.Parameters.Skip(instance), static (c, s) => Same(c, s.ParameterType)).All(static same => same);
    }

    private static bool Same(TypeReference called, TypeReference seam) => Shape(called) == Shape(seam);

    private static string Shape(TypeReference type) => type switch
    {
        GenericParameter parameter => $"!{parameter.Position}",
        GenericInstanceType generic => $"{generic.ElementType.FullName}<{string.Join(',', generic.GenericArguments.Select(Shape))}>",
        _ => type.FullName,
    };
}
