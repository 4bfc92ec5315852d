using Mono.Cecil;
using Mono.Cecil.Cil;

namespace ImageShare.Core.Tests.Architecture;

/// <summary>The compiled library, as the tests of its architecture read it.</summary>
internal static class CompiledLibrary
{
    private const string Root = "ImageShare.Core";

    private static readonly Lazy<ModuleDefinition> Module =
        new(() => ModuleDefinition.ReadModule(typeof(ImageShareException).Assembly.Location));

    public static ModuleDefinition Library => Module.Value;

    public static IEnumerable<TypeDefinition> AllTypes() => Library.GetTypes();

    public static bool IsOurs(TypeReference type) => Outermost(type).Namespace is Root || Outermost(type).Namespace.StartsWith(Root + ".", StringComparison.Ordinal);

    public static string LayerOf(TypeReference type)
    {
        string ns = Outermost(type).Namespace;
        return ns.Length > Root.Length ? ns[(Root.Length + 1)..] : string.Empty;
    }

    public static TypeReference Outermost(TypeReference type)
    {
        type = type.GetElementType();
        while (type.DeclaringType is not null)
        {
            type = type.DeclaringType;
        }

        return type;
    }

    public static IEnumerable<TypeReference> References(TypeDefinition type)
    {
        IEnumerable<TypeReference?> direct = [type.BaseType, .. type.Interfaces.Select(i => i.InterfaceType), .. type.Fields.Select(f => f.FieldType)];
        foreach (MethodDefinition method in type.Methods)
        {
            direct = direct.Concat(method.Parameters.Select(p => p.ParameterType)).Append(method.ReturnType);
            if (!method.HasBody)
            {
                continue;
            }

            direct = direct.Concat(method.Body.Variables.Select(v => v.VariableType));
            direct = direct.Concat(method.Body.Instructions.SelectMany(Operands));
        }

        return direct.OfType<TypeReference>().SelectMany(Flatten);
    }

    public static IEnumerable<MethodReference> Calls(TypeDefinition type) =>
        type.Methods.Where(m => m.HasBody).SelectMany(m => m.Body.Instructions).Select(i => i.Operand).OfType<MethodReference>();

    private static IEnumerable<TypeReference> Operands(Instruction instruction) => instruction.Operand switch
    {
        TypeReference type => [type],
        FieldReference field => [field.DeclaringType, field.FieldType],
        GenericInstanceMethod generic => [generic.DeclaringType, generic.ReturnType, .. generic.GenericArguments, .. generic.Parameters.Select(p => p.ParameterType)],
        MethodReference method => [method.DeclaringType, method.ReturnType, .. method.Parameters.Select(p => p.ParameterType)],
        _ => [],
    };

    private static IEnumerable<TypeReference> Flatten(TypeReference type)
    {
        yield return type.GetElementType();
        if (type is GenericInstanceType generic)
        {
            foreach (TypeReference argument in generic.GenericArguments.SelectMany(Flatten))
            {
                yield return argument;
            }
        }
    }
}
